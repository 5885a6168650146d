using WsFanout.Clients;

namespace WsFanout.Tests.Clients;

public sealed class CloseReasonTests
{
    [Fact]
    public void Codes_names_and_labels_are_distinct()
    {
        Assert.Distinct(CloseReason.All.Select(reason => reason.Code));
        Assert.Distinct(CloseReason.All.Select(reason => reason.Name));
        Assert.Distinct(CloseReason.All.Select(reason => reason.Label));
    }

    [Fact]
    public void Every_code_of_the_protocol_is_there() =>
        Assert.Superset(
            new HashSet<int> { 1000, 1002, 1003, 1007, 1009, 4100, 4101, 4102, 4103, 4104, 4110, 4200, 4201, 4500, 4501, 4502 },
            CloseReason.All.Select(reason => reason.Code).ToHashSet());

    [Fact]
    public void A_goodbye_precedes_41xx_and_42xx_only() =>
        Assert.Equal(
            [4100, 4101, 4102, 4103, 4104, 4110, 4200, 4201], CloseReason.All.Where(reason => reason.SaysBye).Select(reason => reason.Code).Order());

    [Fact]
    public void A_name_fits_a_close_frame() => Assert.All(CloseReason.All, reason => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(reason.Name), 1, 123));
}
