using System.Text.RegularExpressions;

namespace WsFanout.Tests.Deploy;

public sealed class DockerfileTests
{
    private static readonly string Dockerfile = RepositoryFiles.ReadText("Dockerfile");

    [Fact]
    public void Every_base_image_is_an_argument_pinned_to_a_patch()
    {
        var bases = Regex.Matches(Dockerfile, @"^FROM (?:--platform=\S+ )?(\S+)", RegexOptions.Multiline).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(2, bases.Count);
        Assert.All(bases, image =>
        {
            Assert.Matches(@"^\$\{[A-Z_]+\}$", image);
            Assert.Matches($@"(?m)^ARG {image[2..^1]}=\S+:\d+\.\d+\.\d+(-\w+)?$", Dockerfile);
        });
        Assert.DoesNotContain("latest", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void The_base_images_are_of_the_line_that_the_repository_builds_with()
    {
        var line = Regex.Match(RepositoryFiles.ReadText("global.json"), @"""version"": ""(\d+\.\d+)\.").Groups[1].Value;

        Assert.Contains($"dotnet/sdk:{line}.", Dockerfile, StringComparison.Ordinal);
        Assert.Contains($"dotnet/aspnet:{line}.", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void The_server_runs_as_a_numbered_user_and_is_asked_whether_it_lives()
    {
        Assert.Contains("\nUSER 1654:1654\n", Dockerfile, StringComparison.Ordinal);
        Assert.Contains("CMD [\"./wsfanout\", \"health\"]\n", Dockerfile, StringComparison.Ordinal);
        Assert.Contains("\nSTOPSIGNAL SIGTERM\n", Dockerfile, StringComparison.Ordinal);
        Assert.Contains("\nEXPOSE 3002\n", Dockerfile, StringComparison.Ordinal);
        Assert.EndsWith("\nENTRYPOINT [\"./wsfanout\"]\n", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_of_the_server_is_copied_before_the_restore()
    {
        var beforeRestore = Dockerfile[..Dockerfile.IndexOf("RUN dotnet restore", StringComparison.Ordinal)];

        foreach (var project in Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(RepositoryFiles.Root, project);
            Assert.Contains(relative, beforeRestore, StringComparison.Ordinal);
            Assert.Contains(Path.GetDirectoryName(relative) + "/packages.lock.json", beforeRestore, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_built_or_is_secret_stays_out_of_the_build_context()
    {
        var ignored = RepositoryFiles.ReadLines(".dockerignore");

        Assert.Contains("*", ignored);
        Assert.All(["artifacts", "**/bin", "**/obj", "**/.env"], entry => Assert.Contains(entry, ignored));

        // The last line that fits decides, so nothing may be let in again behind these.
        Assert.True(Array.FindLastIndex(ignored, line => line.StartsWith('!')) < Array.IndexOf(ignored, "**/bin"));
    }
}
