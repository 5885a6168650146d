using WsFanout.Intake;

namespace WsFanout.Tests.Intake;

public sealed class PublicationTests
{
    [Fact]
    public async Task What_was_claimed_is_answered_as_stored_though_its_request_gave_up_meanwhile()
    {
        var publication = new Publication([], default);

        Assert.True(publication.TryClaim());
        publication.GiveUp();
        Assert.False(publication.Stored.IsCompleted);
        publication.StoredAs(7);

        Assert.Equal(7, await publication.Stored);
    }

    [Fact]
    public async Task What_was_given_up_is_never_stored()
    {
        var publication = new Publication([], default);

        publication.GiveUp();

        Assert.False(publication.TryClaim());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publication.Stored);
    }
}
