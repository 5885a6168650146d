using System.Collections.Concurrent;
using System.Diagnostics;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests.Support;

/// <summary>A client that a document prints or a test writes, in a process of Node's and at another port.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private NodeClient(params string[] arguments)
    {
        // Node 20 has the WebSocket behind this switch, later ones without it.
        _process = Process.Start(new ProcessStartInfo("node", ["--experimental-websocket", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed, on both of its outputs.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>The small one of the README, with shorter pauses.</summary>
    public static NodeClient OfReadme(int port)
    {
        const string Pause = "500 + Math.random() * 4500";
        var code = Code("README.md", "js", port);
        Assert.Contains(Pause, code, StringComparison.Ordinal);
        return new NodeClient("-e", code.Replace(Pause, "100", StringComparison.Ordinal));
    }

    /// <summary>The one of docs/CLIENT.md, with <c>/client.js</c> saved beside it as that says.</summary>
    public static Task<NodeClient> OfClientDocumentAsync(string folder, int port) => OfModuleAsync(folder, port, Code("docs/CLIENT.md", "js", port));

    /// <summary>A program with the <c>/client.js</c> of the server at a port beside it as <c>client.mjs</c>.</summary>
    public static async Task<NodeClient> OfModuleAsync(string folder, int port, string code)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await File.WriteAllTextAsync(Path.Combine(folder, "client.mjs"), await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/client.js")));
        var program = Path.Combine(folder, "main.mjs");
        await File.WriteAllTextAsync(program, code);
        return new NodeClient(program);
    }

    /// <summary>The first piece of code of a kind in a document, at another port.</summary>
    public static string Code(string document, string kind, int port)
    {
        var text = RepositoryFiles.ReadText(document);
        var begin = text.IndexOf($"```{kind}\n", StringComparison.Ordinal) + kind.Length + 4;
        var code = text[begin..text.IndexOf("```", begin, StringComparison.Ordinal)];
        Assert.Contains("127.0.0.1:3002/ws", code, StringComparison.Ordinal);
        return code.Replace("127.0.0.1:3002", $"127.0.0.1:{port}", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
