namespace WsFanout.Tests.Deploy;

public sealed class YamlTextTests
{
    [Fact]
    public void Maps_lists_scalars_and_documents_are_read_and_comments_left_out()
    {
        const string text = """
            # Why.
            kind: A
            spec:
              list:
                - name: x  # a comment
                  port: 80
                - "http://a:1/#b"
              drop: ["ALL", none]
              "k8s.io/name": 'it: is'
              nothing: {}
            ---
            kind: B
            """;

        var documents = YamlText.Documents(text);

        Assert.Equal(
            [
                """{"kind":"A","spec":{"list":[{"name":"x","port":"80"},"http://a:1/#b"],"drop":["ALL","none"],"k8s.io/name":"it: is","nothing":{}}}""",
                """{"kind":"B"}""",
            ],
            documents.Select(document => document.ToJsonString()));
    }

    [Theory]
    [InlineData("a: 1\na: 2")]
    [InlineData("a:")]
    [InlineData("a: |\n  text")]
    [InlineData("a: &anchor\n  b: 1")]
    [InlineData("a: 1\n  b: 2")]
    [InlineData("  a: 1\nb: 2")]
    [InlineData("just words")]
    [InlineData("a:\n\tb: 1")]
    public void What_it_does_not_know_is_refused(string text) => Assert.Throws<FormatException>(() => YamlText.Documents(text));
}
