using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Coupling sums by their paths: stages with the same paths share one sum, which is compiled once. Not for several threads.
/// </summary>
internal sealed class SharedSums<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, CouplingSum<T>> _sums = [];

    /// <summary>The sum of these paths.</summary>
    public CouplingSum<T> Get(CouplingTable table, int rowsA, int rowsB, int rowsC, IReadOnlyList<CouplingPath> paths)
    {
        string key = $"{rowsA},{rowsB},{rowsC};"
            + string.Join(';', paths.Select(static p => $"{p.L1},{p.L2},{p.L},{p.RowA},{p.RowB},{p.RowC}"));
        if (!_sums.TryGetValue(key, out CouplingSum<T>? sum))
            _sums.Add(key, sum = new CouplingSum<T>(table, rowsA, rowsB, rowsC, paths));

        return sum;
    }
}
