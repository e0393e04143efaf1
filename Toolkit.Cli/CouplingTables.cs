using Toolkit.Numerics.Coupling;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli;

/// <summary>Coupling coefficients beyond those that come with the library: made, and kept for the next time.</summary>
internal static class CouplingTables
{
    /// <summary>The table up to an angular momentum; null: the library's own reaches so far.</summary>
    public static CouplingTable? IfBeyond(int lmax) => lmax > CouplingTable.Default.LMax ? Load(lmax) : null;

    /// <summary>The table up to an angular momentum.</summary>
    public static CouplingTable Load(int lmax) => CouplingTable.Load(TableCache.GetOrCreate(TableSpec.Create(TableKind.RealCg, lmax)));
}
