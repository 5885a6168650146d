namespace WsFanout.Planning.Checks;

/// <summary>How the left side of a check must stand to the right one.</summary>
internal enum Relation
{
    AtLeast,
    AtMost,
}
