using System.Text;
using WsFanout.Governor.Meters;

namespace WsFanout.Tests.Governor.Meters;

public sealed class SmallFileTests : IDisposable
{
    private readonly FakeTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_file_longer_than_the_buffer_is_read_whole_and_a_shorter_one_leaves_nothing_of_it_behind()
    {
        var file = new SmallFile(_tree.Root, "/f");
        _tree.With("/f", new string('x', 20_000) + "\nlast 5\n");
        Assert.Equal(5, file.Field("last"u8));

        _tree.With("/f", "other 1\n");
        Assert.Null(file.Field("last"u8));
        Assert.Equal("other 1\n", Encoding.UTF8.GetString(file.Read()));
    }

    [Fact]
    public void A_file_that_grows_without_end_is_not_read()
    {
        _tree.With("/f", new string('x', 2_000_000));

        Assert.True(new SmallFile(_tree.Root, "/f").Read().IsEmpty);
    }

    [Theory]
    [InlineData("a 1\nab 2\n", "ab", 2L)]
    [InlineData("ab 2", "ab", 2L)]
    [InlineData("x ab 2\n", "ab", null)]
    [InlineData("ab\n", "ab", null)]
    [InlineData("ab 2x\n", "ab", null)]
    [InlineData("ab  2\n", "ab", null)]
    public void A_field_is_a_whole_name_at_the_start_of_a_line_and_a_whole_number(string text, string name, long? value) =>
        Assert.Equal(value, SmallFile.Field(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData(" 10  20 30", 0, "10")]
    [InlineData(" 10  20 30", 2, "30")]
    [InlineData(" 10  20 30", 3, "")]
    [InlineData("", 0, "")]
    [InlineData("10 ", 1, "")]
    public void Words_are_counted_whatever_is_between_them(string line, int index, string word) =>
        Assert.Equal(word, Encoding.UTF8.GetString(SmallFile.Word(Encoding.UTF8.GetBytes(line), index)));

    [Fact]
    public void A_directory_and_a_missing_file_are_empty()
    {
        _tree.With("/d/f", "1");

        Assert.True(new SmallFile(_tree.Root, "/d").Read().IsEmpty);
        Assert.True(new SmallFile(_tree.Root, "/nowhere").Read().IsEmpty);
        Assert.Null(SmallFile.IfReadable(_tree.Root, "/nowhere"));
    }
}
