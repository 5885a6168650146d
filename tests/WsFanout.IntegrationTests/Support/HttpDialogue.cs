using System.Globalization;
using System.Text;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Requests as they stand on the wire of a connection that stays.</summary>
internal static class HttpDialogue
{
    public const string Live = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    /// <summary>A publish request with a JSON string of so many letters.</summary>
    /// <param name="chunkBytes">Of each chunk; 0: the length is told instead.</param>
    public static byte[] Publish(string channel, int letters, int chunkBytes = 0, string headers = "")
    {
        var body = letters == 0 ? "" : $"\"{new string('x', letters)}\"";
        var text = new StringBuilder($"POST /publish/{channel} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}");
        if (chunkBytes == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}");
        }
        else
        {
            text.Append("Transfer-Encoding: chunked\r\n\r\n");
            foreach (var chunk in body.Chunk(chunkBytes)) text.Append(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n").Append(chunk).Append("\r\n");
            text.Append("0\r\n\r\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
