namespace WsFanout.Clients;

/// <summary>What a <see cref="TimingWheel{T}"/> can hold: it keeps its own place, so that taking it out costs no search.</summary>
internal interface ITimed
{
    WheelPlace WheelPlace { get; set; }
}
