using System.Text.Json.Nodes;

namespace WsFanout.IntegrationTests.Support;

/// <summary>An HTTP response as it came over a raw socket.</summary>
/// <param name="Headers">Names in lower case.</param>
internal sealed record HttpReply(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Checks the form that every refusal has: a word, a sentence, and when to come back where that makes sense.</summary>
    public void AssertRefusal(int status, string error, bool isPassing = false)
    {
        Assert.Equal((status, error), (Status, Json["error"]!.GetValue<string>()));
        Assert.False(string.IsNullOrWhiteSpace(Json["message"]!.GetValue<string>()), "a refusal says what was wrong");
        Assert.Equal(isPassing, Headers.ContainsKey("retry-after"));
        if (isPassing) Assert.Equal(Headers["retry-after"], Json["retry_after"]!.ToJsonString());
    }
}
