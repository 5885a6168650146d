'use strict';

const flags = ['--json', '--help', '-h', '--check', '--merge', '--html'];

/** @returns {{command: 'run' | 'help' | 'check' | 'merge' | 'html', files: string[], asJson: boolean, problems: string[]}} */
function readArguments(args) {
  const files = [];
  const problems = [];
  const isMerge = args.includes('--merge');
  const isHtml = args.includes('--html');
  for (const arg of args) {
    if (flags.includes(arg)) continue;
    if ((isMerge || isHtml) && !arg.startsWith('-')) files.push(arg);
    else problems.push(`argument ${JSON.stringify(arg)}: unknown; there are --json, --check, --merge, --html and --help, all else are variables`);
  }
  if ([isMerge, isHtml, args.includes('--check')].filter(Boolean).length > 1) problems.push('--merge, --html and --check: one at a time');
  if (isHtml && files.length !== 1) problems.push('--html: needs the JSON report (REPORT_FILE) of a run, one');
  if (isMerge && files.length < 2) problems.push('--merge: needs the JSON reports (REPORT_FILE) of at least two machines');
  const command = args.includes('--help') || args.includes('-h') ? 'help' : isMerge ? 'merge' : isHtml ? 'html' : args.includes('--check') ? 'check' : 'run';
  return { command, files, asJson: args.includes('--json'), problems };
}

module.exports = { readArguments };
