using WsFanout.Hosting.Settings.Input;
namespace WsFanout.Tests.Hosting.Settings;

public sealed class DotEnvFileTests
{
    [Theory]
    [InlineData("JS_STREAM_NAME=A#1", "A#1")]
    [InlineData("JS_STREAM_NAME=A #1", "A")]
    [InlineData("JS_STREAM_NAME=A\t# tab", "A")]
    [InlineData("  JS_STREAM_NAME = A  ", "A")]
    [InlineData("JS_STREAM_NAME=\"A\" # quoted", "A")]
    [InlineData("JS_STREAM_NAME='A#1'", "A#1")]
    [InlineData("export JS_STREAM_NAME=A", "A")]
    [InlineData("environment: # pasted\n  - JS_STREAM_NAME=A # one", "A")]
    [InlineData("# JS_STREAM_NAME=B\n\n\r\nJS_STREAM_NAME=A\r\n", "A")]
    [InlineData("\uFEFFJS_STREAM_NAME=A", "A")]
    [InlineData("JS_STREAM_NAME=A=B", "A=B")]
    public void A_value_is_read_without_its_comment_and_quotes(string text, string expected) =>
        Assert.Equal(expected, Reading.Sound(Reading.OfFile(text)).Stream.StreamName);

    [Theory]
    [InlineData("hunter2\n", ".env line 1: is not NAME=value")]
    [InlineData("=hunter2\n", ".env line 1: is not NAME=value")]
    [InlineData("WS ADDR=hunter2\n", ".env line 1: is not NAME=value")]
    [InlineData("\nNATS_TOKEN=\"hunter2\n", ".env line 2: NATS_TOKEN has a quote that does not end, or text behind it")]
    [InlineData("NATS_TOKEN='hunter2'x\n", ".env line 1: NATS_TOKEN has a quote that does not end, or text behind it")]
    [InlineData("NATS_TOKEN=a\nNATS_TOKEN=hunter2\n", ".env line 2: NATS_TOKEN is given a second time")]
    public void A_bad_line_is_named_by_its_number_and_never_repeated(string text, string expected)
    {
        var error = Assert.Single(Reading.OfFile(text).Errors);

        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_folder_in_its_place_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("wsfanout-dotenv-");
        try
        {
            folder.CreateSubdirectory(".env");

            Assert.Equal([".env: is a folder"], DotEnvFile.Read(folder.FullName).Problems);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_environment_wins_over_the_file()
    {
        var result = Reading.OfFile("WS_MAX_CONNECTIONS=10\nWS_PING_INTERVAL=1s\n", ("WS_MAX_CONNECTIONS", "20"));

        Assert.Equal((20, TimeSpan.FromSeconds(1)), (Reading.Sound(result).Governor.MaxConnections, Reading.Sound(result).Clients.PingInterval));
    }

    [Fact]
    public void A_faulty_line_that_the_environment_replaces_does_no_harm() =>
        Reading.Sound(Reading.OfFile("WS_MAX_CONNECTIONS=many\n", ("WS_MAX_CONNECTIONS", "20")));

    [Fact]
    public void The_environment_wins_over_a_file_named_in_the_file() =>
        Assert.Equal("from-env", Reading.Sound(Reading.OfFile("WS_PUBLISH_TOKEN_FILE=/nowhere\n", ("WS_PUBLISH_TOKEN", "from-env"))).Publish.Token);

    [Fact]
    public void An_unknown_name_in_the_file_is_an_error_and_others_names_are_not()
    {
        var result = Reading.OfFile("COMPOSE_PROJECT_NAME=x\nWS_MAX_CONECTIONS=5\n");

        Assert.Equal("WS_MAX_CONECTIONS: is no setting of this server; did you mean WS_MAX_CONNECTIONS?", Assert.Single(result.Errors));
    }

    [Fact]
    public void A_file_of_megabytes_is_refused() =>
        Assert.Equal(".env: is larger than 1MB", Assert.Single(Reading.OfFile(new string('#', (1 << 20) + 1)).Errors));
}
