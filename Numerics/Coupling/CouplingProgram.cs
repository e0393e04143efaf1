using System;
using System.Collections.Generic;
using System.Numerics;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// The stages of a sum of products as two flat arrays, which <see cref="CouplingKernel{TLanes, V, T}"/> executes.
/// </summary>
internal sealed unsafe class CouplingProgram<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Outputs of one matrix tile: four rows of two registers are held in registers.</summary>
    internal const int TileRows = 4;

    private readonly int[] _code;
    private readonly T[] _coefficients;

    /// <summary>Where the parts of a stage start in <see cref="Code"/> and <see cref="Coefficients"/>.</summary>
    /// <param name="RowA">First row of A.</param>
    /// <param name="RowB">First row of B.</param>
    /// <param name="Products">Runs {i, i', n, n × (j, j', four slots)} ended by n = 0, then a count of singles (i, j, slot).</param>
    /// <param name="Tiles">Tiles {rows, inner length, first slot, rows of C} ended by rows = 0.</param>
    /// <param name="Gather">A count of rows of C and the rows.</param>
    /// <param name="Transposed">Tiles {rows, inner length, first gathered row, slots} ended by rows = 0.</param>
    /// <param name="K">Coefficients [inner, row] of the tiles one after the other.</param>
    /// <param name="KTransposed">The same for the transposed tiles.</param>
    internal readonly record struct Stage(
        int RowA, int RowB, int Products, int Tiles, int Gather, int Transposed, int K, int KTransposed);

    internal readonly Stage[] Stages;

    /// <summary>Combinations of the largest stage; the slot of this number takes what no output needs.</summary>
    internal readonly int Slots;

    /// <summary>Rows of C that the largest stage adds to.</summary>
    internal readonly int Gathered;

    /// <summary>Pinned: valid as long as the program is.</summary>
    internal readonly int* Code;

    internal readonly T* Coefficients;

    internal CouplingProgram(IReadOnlyList<CouplingStage> stages)
    {
        var code = new List<int>();
        var k = new List<T>();
        Stages = new Stage[stages.Count];
        foreach (CouplingStage stage in stages)
            Slots = Math.Max(Slots, stage.Combinations.Count);
        for (int s = 0; s < Stages.Length; s++)
        {
            CouplingStage stage = stages[s];
            int products = code.Count;
            WriteProducts(code, stage);
            int tiles = code.Count, first = k.Count;
            foreach (CouplingComponent c in stage.Components)
                WriteTiles(code, k, c.Rows, c.Slots.Length, c.Slots[0], (row, inner) => c.Matrix[row, inner]);

            code.Add(0);
            int gather = code.Count;
            List<int> rows = [];
            foreach (CouplingComponent c in stage.Components)
                rows.AddRange(c.Rows);
            code.Add(rows.Count);
            code.AddRange(rows);
            Gathered = Math.Max(Gathered, rows.Count);
            int transposed = code.Count, second = k.Count, from = 0;
            foreach (CouplingComponent c in stage.Components)
            {
                WriteTiles(code, k, c.Slots, c.Rows.Length, from, (slot, inner) => c.Matrix[inner, slot]);
                from += c.Rows.Length;
            }

            code.Add(0);
            Stages[s] = new Stage(stage.RowA, stage.RowB, products, tiles, gather, transposed, first, second);
        }

        _code = GC.AllocateUninitializedArray<int>(code.Count + 1, pinned: true);
        _coefficients = GC.AllocateUninitializedArray<T>(k.Count + 1, pinned: true);
        code.CopyTo(_code);
        k.CopyTo(_coefficients);
        fixed (int* c = _code)
        fixed (T* q = _coefficients)
        {
            Code = c;
            Coefficients = q;
        }
    }

    private void WriteProducts(List<int> code, CouplingStage stage)
    {
        foreach (CouplingRun run in stage.Runs)
        {
            code.AddRange([run.I, run.Mirror, run.Quads.Length]);
            foreach (CouplingQuad q in run.Quads)
                code.AddRange([q.J, q.Mirror, Slot(q.Minus), Slot(q.Plus), Slot(q.CrossPlus), Slot(q.CrossMinus)]);
        }

        code.AddRange([0, 0, 0]);
        List<int> singles = [];
        for (int s = 0; s < stage.Combinations.Count; s++)
            if (stage.Combinations[s].Sign == 0) singles.Add(s);

        code.Add(singles.Count);
        foreach (int s in singles)
            code.AddRange([stage.Combinations[s].I, stage.Combinations[s].J, s]);

        int Slot(int s) => s < 0 ? Slots : s;
    }

    private static void WriteTiles(
        List<int> code, List<T> k, int[] outputs, int inner, int first, Func<int, int, double> matrix)
    {
        int tiles = (outputs.Length + TileRows - 1) / TileRows;
        for (int t = 0; t < tiles; t++)
        {
            int from = outputs.Length * t / tiles, to = outputs.Length * (t + 1) / tiles;
            code.Add(to - from);
            code.Add(inner);
            code.Add(first);
            code.AddRange(outputs[from..to]);
            for (int p = 0; p < inner; p++)
            {
                for (int o = from; o < to; o++)
                    k.Add(T.CreateChecked(matrix(o, p)));
            }
        }
    }
}
