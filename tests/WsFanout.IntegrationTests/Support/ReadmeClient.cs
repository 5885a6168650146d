using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.Support;

/// <summary>The client of the README in a process of Node's, at another port and with shorter pauses.</summary>
internal sealed partial class ReadmeClient : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ReadmeClient(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has printed, on both of its outputs.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public static ReadmeClient Start(int port)
    {
        var code = Script().Match(RepositoryFiles.ReadText("README.md")).Groups["code"].Value;
        Assert.Contains("127.0.0.1:3002/ws", code, StringComparison.Ordinal);
        Assert.Contains("500 + Math.random() * 4500", code, StringComparison.Ordinal);
        code = code.Replace("127.0.0.1:3002", $"127.0.0.1:{port}", StringComparison.Ordinal).Replace("500 + Math.random() * 4500", "100", StringComparison.Ordinal);

        // Node 20 has the WebSocket behind this switch, later ones without it.
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "--experimental-websocket", "-e", code }) start.ArgumentList.Add(argument);
        return new ReadmeClient(Process.Start(start)!);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    [GeneratedRegex(@"```js\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Script();
}
