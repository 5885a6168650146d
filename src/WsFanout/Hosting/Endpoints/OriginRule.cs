using Microsoft.Extensions.Primitives;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Endpoints;

/// <summary>Which pages may connect, by the <c>Origin</c> that their browser sends.</summary>
/// <remarks>It protects the users of a browser from foreign pages; a program that is no browser sends what it likes. Immutable, any thread.</remarks>
internal sealed class OriginRule
{
    private readonly HashSet<string>? _allowed;
    private readonly bool _isRequired;

    /// <param name="allowed">Origins to the byte; none, or <c>*</c>: any.</param>
    /// <param name="isRequired">Whether who sends no <c>Origin</c> is refused.</param>
    public OriginRule(IReadOnlyList<string> allowed, bool isRequired)
    {
        _allowed = allowed.Count == 0 || allowed.Contains(Origins.Any) ? null : new HashSet<string>(allowed, StringComparer.Ordinal);
        _isRequired = isRequired;
    }

    /// <param name="origin">Every value of the header.</param>
    /// <returns>Why the client is not let in; null when it is.</returns>
    public string? Objection(StringValues origin)
    {
        if (origin.Count == 0) return _isRequired ? "an Origin header is needed here (WS_REQUIRE_ORIGIN)" : null;
        if (_allowed is null) return _isRequired && StringValues.IsNullOrEmpty(origin) ? "the Origin header is empty (WS_REQUIRE_ORIGIN)" : null;

        // Of two headers one may be the proxy's and one the page's: which of them tells the truth is anybody's guess.
        return origin.Count == 1 && _allowed.Contains(origin.ToString()) ? null : "pages of this origin may not connect (WS_ALLOWED_ORIGINS)";
    }
}
