namespace WsFanout.Hosting.Endpoints;

/// <summary>What one listener answers; everything else is 404 there.</summary>
[Flags]
internal enum Served
{
    None = 0,

    /// <summary><c>/ws</c> and the page.</summary>
    Clients = 1,

    /// <summary>Health, metrics, settings.</summary>
    Operators = 2,

    /// <summary><c>/publish</c>.</summary>
    Publishing = 4,
}
