using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

public sealed class MakefileTests
{
    [Fact]
    public void The_promised_commands_are_there_and_each_says_what_it_does()
    {
        var makefile = RepositoryFiles.ReadText("Makefile");

        Assert.All(
            ["build", "run", "test", "test-faults", "packages", "compare", "fmt", "clean", "help"],
            target => Assert.Matches($"(?m)^{target}:.* ## .+$", makefile));
    }

    [Fact]
    public void Every_program_that_a_command_needs_has_a_known_package()
    {
        var known = RepositoryFiles.ReadText("scripts/need.sh");
        var asked = Regex.Matches(RepositoryFiles.ReadText("Makefile"), @"need\.sh ([a-z+ -]+)").SelectMany(match => match.Groups[1].Value.Split(' '))
            .Concat(Regex.Match(RepositoryFiles.ReadText("Makefile"), @"TEST_NEEDS := ([a-z -]+)").Groups[1].Value.Split(' '))
            .Where(name => name.Length > 0)
            .Distinct();

        Assert.All(asked, name => Assert.Matches($@"(?m)(^ *|\||= ){Regex.Escape(name)}(\)|\|| \])", known));
    }
}
