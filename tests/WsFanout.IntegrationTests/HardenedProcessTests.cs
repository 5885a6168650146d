using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>The program as a container runs it at its strictest: no root, no right, nothing that it could write to, no home.</summary>
public sealed class HardenedProcessTests
{
    /// <summary>Everything that is mounted becomes read-only; what can't is not writable for this user either, which is tried.</summary>
    private const string Enter = """
        set -e
        chmod -R a+rX "$PWD"
        if [ -n "${WS_TLS_CERT-}" ]; then chmod -R a+rX "$(dirname "$WS_TLS_CERT")"; fi
        mount --make-rprivate /
        cut -d' ' -f5 /proc/self/mountinfo | sort -r | while read -r place; do mount -o remount,bind,ro "$place" 2>/dev/null || true; done
        confined() { setpriv --reuid 1654 --regid 1654 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"; }
        for place in / /tmp /var/tmp /dev/shm /run "$PWD"; do
            if confined touch "$place/wsfanout-wrote" 2>/dev/null; then echo "$place can be written to" >&2; exit 99; fi
        done
        exec setpriv --reuid 1654 --regid 1654 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs env -u HOME -u TMPDIR "$0" "$@"
        """;

    [FactAsRootWith("setpriv", "util-linux")]
    public async Task It_serves_without_root_without_rights_and_with_nothing_to_write_to()
    {
        using var folder = new EmptyFolder();
        using var certificate = new TestCertificate();

        foreach (var files in (TestCertificate?[])[null, certificate])
        {
            var (program, address) = await ServerProgram.ServeAsync(
                folder.Path, ["unshare", "--mount", "bash", "-c", Enter], TimeSpan.FromSeconds(60), [("WS_AUTH_JWT_SECRET", TokenMaker.Secret), .. files?.Settings ?? []]);
            using (program)
            {
                await SmokeAsync(address.Port, files);
                program.Signal(ServerProgram.SigTerm);

                Assert.Equal(0, await program.WaitForExitAsync(TimeSpan.FromSeconds(15)));
                Assert.Empty(program.Errors);
                Assert.DoesNotContain(program.Output, line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal) || line.Contains("\"level\":\"critical\"", StringComparison.Ordinal));
            }
        }
    }

    private static async Task SmokeAsync(int port, TestCertificate? files)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (files is not null) handler.SslOptions.RemoteCertificateValidationCallback = files.IsTrusted;
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"{(files is null ? "http" : "https")}://localhost:{port}/") };
        await using var client = await TestClient.ConnectAsync(new Uri($"{(files is null ? "ws" : "wss")}://localhost:{port}/ws?channels=a"), options =>
        {
            if (files is not null) options.RemoteCertificateValidationCallback = files.IsTrusted;
            options.SetRequestHeader("Authorization", $"Bearer {TokenMaker.Of(TokenMaker.GoodFor(TimeProvider.System.GetUtcNow()))}");
        });
        await client.WaitForAsync("subscription_ack");
        foreach (var path in (string[])["health/live", "health/ready", "metrics", "config"])
        {
            using var page = await http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(page.IsSuccessStatusCode, $"{path}: {(int)page.StatusCode}");
        }

        using var stored = await http.PostAsync(new Uri("publish/a", UriKind.Relative), new StringContent("1"));
        Assert.True(stored.IsSuccessStatusCode, $"publishing: {(int)stored.StatusCode}");
        await client.WaitForMessagesAsync(1);
    }
}
