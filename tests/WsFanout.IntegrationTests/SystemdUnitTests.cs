using System.Diagnostics;
using WsFanout.IntegrationTests.Support;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary>The unit is one that systemd understands, to its last line.</summary>
public sealed class SystemdUnitTests
{
    [FactWith("systemd-analyze", "systemd")]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        using var folder = new EmptyFolder();
        var file = Path.Combine(folder.Path, "wsfanout@.service");

        // Where the program is installed is not this machine's.
        await File.WriteAllTextAsync(file, RepositoryFiles.ReadText("deploy/systemd/wsfanout@.service").Replace("ExecStart=/opt/wsfanout/%i/wsfanout", "ExecStart=/bin/true", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo(FactWithAttribute.Find("systemd-analyze")!, ["verify", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.DoesNotContain("wsfanout@", said, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
    }
}
