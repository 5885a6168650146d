'use strict';

const flags = ['--json', '--help', '-h', '--check', '--merge'];

/** @returns {{command: 'run' | 'help' | 'check' | 'merge', files: string[], asJson: boolean, problems: string[]}} */
function readArguments(args) {
  const files = [];
  const problems = [];
  const isMerge = args.includes('--merge');
  for (const arg of args) {
    if (flags.includes(arg)) continue;
    if (isMerge && !arg.startsWith('-')) files.push(arg);
    else problems.push(`argument ${JSON.stringify(arg)}: unknown; there are --json, --check, --merge and --help, all else are variables`);
  }
  if (isMerge && args.includes('--check')) problems.push('--merge and --check: one at a time');
  if (isMerge && files.length < 2) problems.push('--merge: needs the JSON reports (REPORT_FILE) of at least two machines');
  const command = args.includes('--help') || args.includes('-h') ? 'help' : isMerge ? 'merge' : args.includes('--check') ? 'check' : 'run';
  return { command, files, asJson: args.includes('--json'), problems };
}

module.exports = { readArguments };
