using WsFanout.Tools;

namespace WsFanout.Tests.Tools;

public sealed class ClientPositionTests
{
    [Fact]
    public void The_first_acknowledgement_is_the_position_and_later_ones_are_not()
    {
        var position = new ClientPosition();
        Assert.Null(position.Resume);

        position.Acknowledged(10, 100, "e1");
        position.Acknowledged(50, 500, "e1");

        Assert.Equal(new ResumePoint(10, "e1", 100), position.Resume);
    }

    [Fact]
    public void Between_a_resume_and_its_sync_the_position_stands_still()
    {
        var position = new ClientPosition();
        position.Acknowledged(10, 100, "e1");

        position.Resuming();
        position.Message("A", 15, 0, 150);
        var during = position.Resume;
        position.Synced(20, 200);

        Assert.Equal(10, during?.Since);
        Assert.Equal(new ResumePoint(20, "e1", 200), position.Resume);
    }

    [Fact]
    public void A_message_seen_before_is_a_duplicate_on_its_own_channel_only()
    {
        var position = new ClientPosition();
        position.Acknowledged(10, 100, "e1");

        Assert.Equal(MessageVerdict.New, position.Message("A", 12, 0, 120));
        Assert.Equal(MessageVerdict.Duplicate, position.Message("A", 12, 0, 120));
        Assert.Equal(MessageVerdict.Duplicate, position.Message("A", 11, 0, 110));
        Assert.Equal(MessageVerdict.New, position.Message("B", 11, 0, 110));
    }

    [Fact]
    public void A_chain_that_names_an_unseen_message_is_a_loss()
    {
        var position = new ClientPosition();
        position.Acknowledged(10, 100, "e1");

        Assert.Equal(MessageVerdict.New, position.Message("A", 11, 9, 0));
        Assert.Equal(MessageVerdict.NewAfterLoss, position.Message("B", 13, 12, 0));
        Assert.Equal(MessageVerdict.New, position.Message("A", 14, 11, 0));
        Assert.Equal(MessageVerdict.NewAfterLoss, position.Message("A", 16, 15, 0));
        Assert.Equal(MessageVerdict.New, position.Message("A", 18, 0, 0));
    }

    [Theory]
    [InlineData("A", MessageVerdict.New)]
    [InlineData(null, MessageVerdict.New)]
    [InlineData("*", MessageVerdict.New)]
    [InlineData("B", MessageVerdict.NewAfterLoss)]
    public void A_gap_covers_the_channels_that_it_names(string? channel, object verdict)
    {
        var position = new ClientPosition();
        position.Acknowledged(10, 100, "e1");
        position.Message("A", 11, 0, 0);

        position.Gap(channel, 12, 14);

        Assert.Equal(verdict, position.Message("A", 15, 14, 0));
    }

    [Fact]
    public void A_reset_forgets_channels_and_takes_the_new_position()
    {
        var position = new ClientPosition();
        position.Acknowledged(1_000, 100, "e1");
        position.Message("A", 1_001, 0, 0);

        position.Reset("e2", 3, 300);

        Assert.Equal(new ResumePoint(3, "e2", 300), position.Resume);
        Assert.Equal(MessageVerdict.New, position.Message("A", 4, 0, 0));
    }
}
