using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Docs;

/// <summary>Whoever follows a link of any document arrives, at the heading that it names.</summary>
public sealed class LinksInDocumentsTests
{
    public static TheoryData<string> Documents => [.. MarkdownText.Documents];

    [Fact]
    public void Documents_are_found_wherever_they_are()
    {
        Assert.Superset(new HashSet<string> { "README.md", "docs/PROTOCOL.md", "deploy/RUNBOOK.md", "loadtest/faults/README.md" }, MarkdownText.Documents.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_a_heading_that_are_there(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(RepositoryFiles.Root, document))!;

        Assert.All(MarkdownText.Links(RepositoryFiles.Read(document)), link =>
        {
            var target = link.Path.Length == 0 ? document : Path.GetRelativePath(RepositoryFiles.Root, Path.Combine(folder, link.Path));
            Assert.True(Path.Exists(Path.Combine(RepositoryFiles.Root, target)), $"{document} links to {link.Path}, which is not there");
            if (link.Anchor.Length > 0) Assert.True(MarkdownText.Anchors(RepositoryFiles.Read(target)).Contains(link.Anchor), $"{document} links to {link.Path}#{link.Anchor}, a heading that is not there");
        });
    }

    [Fact]
    public void An_anchor_is_the_heading_in_small_letters_without_its_signs_and_a_comment_in_code_is_no_heading()
    {
        const string text = "# One\n\n## `/health`, and more\n\n```sh\n# Two\n```\n\n[a](b.md#c) [d](#e) [f](g/) [h](https://example.org/#i)\n";

        Assert.Equal(["one", "health-and-more"], MarkdownText.Anchors(text));
        Assert.Equal([("b.md", "c"), ("", "e"), ("g/", "")], MarkdownText.Links(text));
    }
}
