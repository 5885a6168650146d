namespace WsFanout.Transport.Direct;

/// <summary>A place for one connection.</summary>
/// <param name="GiveBack">To be called once, when its descriptor is closed.</param>
/// <param name="Note">For whoever gave the place, once the connection speaks HTTP; see <see cref="Entrance.Dress"/>.</param>
internal readonly record struct Place(Action GiveBack, object? Note);
