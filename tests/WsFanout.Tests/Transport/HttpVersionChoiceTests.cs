using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using WsFanout.Transport;

namespace WsFanout.Tests.Transport;

public sealed class HttpVersionChoiceTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\n", "1")]
    [InlineData("POST /publish/a HTTP/1.1\r\n", "1")]
    [InlineData("PUT", "1")]
    [InlineData("PROPFIND", "1")]
    [InlineData("PRINT /", "1")]
    [InlineData("\r\nGET / HTTP/1.1\r\n", "1")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "2")]
    [InlineData("PRI * HTTP/1.1\r\n", "1")]
    public async Task The_first_bytes_decide_in_whatever_pieces_they_come_and_all_are_still_there(string said, string version)
    {
        foreach (var pieceLength in (int[])[1, 3, said.Length])
        {
            var (connection, arriving) = Connection();
            var chosen = "";
            var handling = Choice(spoken => chosen = spoken, TimeSpan.FromHours(1)).HandleAsync(connection);

            foreach (var piece in Encoding.ASCII.GetBytes(said).Chunk(pieceLength)) await arriving.WriteAsync(piece);
            await handling.WaitAsync(TimeSpan.FromSeconds(10));

            Assert.Equal(version, chosen);
            await arriving.CompleteAsync();
            Assert.Equal(said, await new StreamReader(connection.Transport.Input.AsStream()).ReadToEndAsync());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PRI * HTTP/2.0\r\n\r\n")]
    public async Task One_that_does_not_say_enough_is_served_by_nobody_when_its_time_is_over_or_it_has_ended(string said)
    {
        foreach (var ends in (bool[])[false, true])
        {
            var (connection, arriving) = Connection();
            if (said.Length > 0) await arriving.WriteAsync(Encoding.ASCII.GetBytes(said));
            if (ends) await arriving.CompleteAsync();

            await Choice(spoken => Assert.Fail($"was served by version {spoken}"), ends ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(20)).HandleAsync(connection).WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    private static HttpVersionChoice Choice(Action<string> chosen, TimeSpan timeout)
    {
        return new HttpVersionChoice(Serve("1"), Serve("2"), timeout, TimeProvider.System);

        ConnectionDelegate Serve(string version) => _ =>
        {
            chosen(version);
            return Task.CompletedTask;
        };
    }

    private static (ConnectionContext Connection, PipeWriter Arriving) Connection()
    {
        var arriving = new Pipe();
        return (new DefaultConnectionContext("test", new Ends(arriving.Reader, new Pipe().Writer), new Ends(arriving.Reader, new Pipe().Writer)), arriving.Writer);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
