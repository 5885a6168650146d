using Microsoft.AspNetCore.Http.Features;
using WsFanout.Governor.Entry;

namespace WsFanout.Hosting;

/// <summary>A connection's place, and what accepting it was charged until it is known what it wants.</summary>
internal sealed class Guest(SlotLease place, AcceptCharge? charge) : IDisposable
{
    private AcceptCharge? _charge = charge;

    /// <summary>The connection speaks HTTP: whoever answers it settles the charge.</summary>
    public void Introduce(IFeatureCollection features)
    {
        features.Set(_charge);
        _charge = null;
    }

    public void Dispose() => place.Dispose();
}
