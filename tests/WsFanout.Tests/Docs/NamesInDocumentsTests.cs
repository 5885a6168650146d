using System.Text.RegularExpressions;
using WsFanout.Clients;
using WsFanout.Governor.Entry;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Docs;

/// <summary>What the documents call by name exists, and what users meet by name is documented.</summary>
public sealed partial class NamesInDocumentsTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/PROTOCOL.md")]
    [InlineData("docs/OPERATING.md")]
    [InlineData("docs/CLIENT.md")]
    [InlineData("docs/PLANNING.md")]
    [InlineData("docs/SCALING.md")]
    [InlineData("docs/CHECK.md")]
    [InlineData("SECURITY.md")]
    [InlineData("deploy/proxies/README.md")]
    [InlineData("deploy/kubernetes/README.md")]
    [InlineData("deploy/RUNBOOK.md")]
    public void Every_setting_that_a_document_names_exists(string document)
    {
        var names = SettingName().Matches(RepositoryFiles.Read(document)).Select(match => match.Value).Distinct().ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(VariableNames.Classify(name, "x") is NameKind.Known or NameKind.KnownFile or NameKind.KnownAndIgnored, $"{document} names {name}, which is no setting"));
    }

    [Fact]
    public void The_protocol_names_every_close_code()
    {
        var protocol = RepositoryFiles.Read("docs/PROTOCOL.md");

        Assert.All(CloseReason.All, reason => Assert.Matches($@"\b{reason.Code}\b", protocol));
    }

    [Fact]
    public void The_protocol_names_every_code_of_an_error()
    {
        var protocol = RepositoryFiles.Read("docs/PROTOCOL.md");
        var codes = typeof(ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToList();

        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Contains($"`{code}`", protocol, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("docs/PROTOCOL.md")]
    [InlineData("deploy/RUNBOOK.md")]
    public void Every_reason_to_refuse_a_client_is_documented(string document)
    {
        var text = RepositoryFiles.Read(document);

        Assert.All(Refusal.All, refusal => Assert.Contains($"`{refusal.Word}`", text, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(WS|JS|NATS|LOG)(_[A-Z0-9]+)+(?![A-Z0-9_*])")]
    private static partial Regex SettingName();
}
