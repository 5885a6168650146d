namespace WsFanout.Planning.Plan;

/// <summary>Users of one kind.</summary>
/// <param name="Name">As given.</param>
/// <param name="SharePercent">Of all clients.</param>
/// <param name="Low">Messages a second that one of them gets when little happens.</param>
/// <param name="High">The same when much happens.</param>
internal sealed record UserClass(string Name, double SharePercent, double Low, double High)
{
    public double Middle => (Low + High) / 2;
}
