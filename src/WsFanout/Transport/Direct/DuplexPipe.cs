using System.IO.Pipelines;

namespace WsFanout.Transport.Direct;

/// <summary>The HTTP server's ends of the two pipes of a connection.</summary>
internal sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input => input;

    public PipeWriter Output => output;
}
