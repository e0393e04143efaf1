using System.IO;
// <readme>
using Toolkit.Numerics.Coupling;
using Toolkit.Symbolic.AngularMomentum;
using Toolkit.Symbolic.Tables;
// </readme>

namespace Toolkit.Examples;

internal static class Coefficients
{
    // The snippet writes to the console; here that is the caller's writer.
    private static TextWriter Console = TextWriter.Null;

    internal static void Run(TextWriter output)
    {
        Console = output;
        // <readme>
        Console.WriteLine(ClebschGordan.Exact(1, 0, 1, 0, 2, 0));                       // ⟨1 0 1 0|2 0⟩
        string path = TableCache.GetOrCreate(TableSpec.Create(TableKind.RealCg, 12));   // F#: TableCache.getOrCreate
        using CouplingTable table = CouplingTable.Load(path);
        // </readme>
        output.WriteLine($"real-cg table to l = {table.LMax}: {table.EntryCount} entries");
    }
}
