namespace WsFanout.Clients;

/// <summary>Where something stands in a timing wheel: the slot, from 1, and the index in it. Slot 0: nowhere.</summary>
internal readonly record struct WheelPlace(int Slot, int Index);
