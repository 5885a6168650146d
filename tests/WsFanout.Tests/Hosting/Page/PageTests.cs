using System.Text;
using System.Text.RegularExpressions;
using WsFanout.Hosting.Page;

namespace WsFanout.Tests.Hosting.Page;

public sealed partial class PageTests
{
    [Fact]
    public void Every_element_that_the_scripts_look_for_is_in_the_page()
    {
        var ids = ElementId().Matches(Text("/")).Select(match => match.Groups[1].Value).ToList();
        var wanted = LookedFor().Matches(string.Concat(PageFiles.Paths.Select(Text))).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.True(wanted.Count > 10, "the scripts look for their elements in another way now: this test must follow");
        Assert.Empty(wanted.Except(ids));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Every_file_that_the_page_names_is_served()
    {
        var named = FileName().Matches(string.Concat(PageFiles.Paths.Select(Text))).Select(match => "/" + match.Groups[1].Value).Distinct();

        Assert.Equal(PageFiles.Paths.Where(path => path != "/").Order(), named.Order());
    }

    [Fact]
    public void Every_script_is_asked_for_with_the_page_and_not_one_after_the_other()
    {
        var asked = Preloaded().Matches(Text("/")).Select(match => "/" + match.Groups[1].Value).Append("/app.js");

        Assert.Equal(PageFiles.Paths.Where(path => path.EndsWith(".js", StringComparison.Ordinal)).Order(), asked.Order());
    }

    [Fact]
    public void Nothing_comes_from_elsewhere_and_nothing_becomes_markup()
    {
        var all = string.Concat(PageFiles.Paths.Select(Text));

        Assert.DoesNotContain("http://", all, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", all, StringComparison.Ordinal);
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(", all);
        Assert.DoesNotMatch("<style|<script>| style=| on[a-z]+=\"", Text("/"));
    }

    [Fact]
    public void Types_are_named_with_their_encoding_and_other_paths_are_not_known()
    {
        Assert.Equal("text/html; charset=utf-8", PageFiles.Find("/")?.ContentType);
        Assert.All(PageFiles.Paths, path => Assert.EndsWith("; charset=utf-8", PageFiles.Find(path)?.ContentType, StringComparison.Ordinal));
        Assert.Null(PageFiles.Find("/index.html"));
        Assert.Null(PageFiles.Find("/App.js"));
    }

    [Fact]
    public void A_tag_is_another_one_for_every_other_file()
    {
        Assert.Equal(PageFiles.Paths.Count, PageFiles.Paths.Select(path => PageFiles.Find(path)!.Tag).Distinct().Count());
        Assert.All(PageFiles.Paths, path => Assert.Matches("^\"[0-9a-f]{16}\"$", PageFiles.Find(path)!.Tag));
    }

    [Fact]
    public void The_client_needs_no_other_file_so_that_it_can_be_imported_from_anywhere_or_copied()
    {
        Assert.DoesNotMatch(@"\bimport\b(?! it)|\bfrom ['""]", Text(PageFiles.Client));
        Assert.Equal(PageFiles.Client, Assert.Single(PageFiles.Paths, path => PageFiles.Find(path)!.IsForEveryone));
    }

    private static string Text(string path) =>
        PageFiles.Find(path) is { } file ? Encoding.UTF8.GetString(file.Body.Span) : throw new InvalidOperationException($"{path} is not served");

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex ElementId();

    [GeneratedRegex(@"\bat\('([^']+)'\)")]
    private static partial Regex LookedFor();

    [GeneratedRegex("<link rel=\"modulepreload\" href=\"([^\"]+)\">")]
    private static partial Regex Preloaded();

    [GeneratedRegex("(?:src|href|from) ?=?[\"' ]+(?:\\./)?([a-z]+\\.(?:js|css))[\"']")]
    private static partial Regex FileName();
}
