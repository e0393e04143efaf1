using System;
using System.Collections.Generic;
using System.Numerics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Straight-line machine code for the stages of a sum of products, made at run time or before: what
/// <see cref="CouplingKernel{TLanes, V, T}"/> does, operation by operation, without its loops and index lists.
/// </summary>
/// <remarks>
/// The loops of the table-driven kernel are a few turns long and each ends with a mispredicted branch; here nothing is left
/// but loads, multiply-adds and stores with constant addresses. All outputs of a component stay in registers while every
/// combination is made from A and B once, so a coefficient costs one broadcast and two multiply-adds. A body of about
/// <see cref="Largest"/> coefficients fits the instruction cache and stays below the sizes at which the compiler gives up
/// optimising; it runs over all blocks of channels of some environments before the next one starts.
/// </remarks>
internal sealed unsafe class CouplingCompiler<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Coefficients per body: 5,000 uses of variables, where the compiler stops optimising at 8,000.</summary>
    private const int Largest = 250;

    /// <summary>Rows of a component whose sums are held, in two registers each.</summary>
    private const int Held = 12;

    /// <summary>Elements of a register; each row is two of them.</summary>
    private static readonly int Lanes = 64 / sizeof(T);

    // The arguments of a body.
    private const int A = 0, B = 1, C = 2, DA = 3, DB = 4, Slots = 5, K = 6, Blocks = 7;

    private readonly int _rowsA, _rowsB, _rowsC;
    private readonly List<T> _coefficients = [];
    private VectorEmitter<T> _to = null!;
    private readonly string _name;
    private int _emitted, _bodies;

    private CouplingCompiler(string name, int rowsA, int rowsB, int rowsC) => (_name, _rowsA, _rowsB, _rowsC) = (name, rowsA, rowsB, rowsC);

    private static int Step => CouplingBlocks<T>.Lanes;

    /// <summary>What a body is called among all kernels.</summary>
    /// <param name="sum">Its sum's name.</param>
    /// <param name="number">From 0 on.</param>
    internal static string NameOf(string sum, int number) => $"coupling {sum} {number}";

    internal static CouplingCode<T> Compile(
        string name, IReadOnlyList<CouplingStage> stages, int rowsA, int rowsB, int rowsC, bool backward)
    {
        var compiler = new CouplingCompiler<T>(name, rowsA, rowsB, rowsC);
        var groups = backward ? compiler.Backward(stages) : compiler.Forward(stages);
        T[] coefficients = GC.AllocateUninitializedArray<T>(compiler._coefficients.Count + 1, pinned: true);
        compiler._coefficients.CopyTo(coefficients);
        return new CouplingCode<T>(groups, coefficients);
    }

    private CouplingBody<T>[][] Forward(IReadOnlyList<CouplingStage> stages)
    {
        var bodies = new List<CouplingBody<T>[]>();
        bool open = false;
        foreach (CouplingStage stage in stages)
        {
            foreach (CouplingComponent component in stage.Components)
            {
                Begin(ref open);
                for (int from = 0; from < component.Rows.Length; from += Held)
                    EmitComponent(stage, component, from, Math.Min(component.Rows.Length, from + Held));

                if (_emitted >= Largest)
                    bodies.Add([End(ref open)]);
            }
        }

        if (open)
            bodies.Add([End(ref open)]);

        return bodies.ToArray();
    }

    private CouplingBody<T>[][] Backward(IReadOnlyList<CouplingStage> stages)
    {
        var groups = new List<CouplingBody<T>[]>();
        var group = new List<CouplingBody<T>>();
        bool open = false;
        foreach (CouplingStage stage in stages)
        {
            foreach (CouplingComponent component in stage.Components)
            {
                Split();
                EmitTransposed(component);
            }

            foreach (CouplingRun run in stage.Runs)
            {
                Split();
                EmitDerivatives(stage, run);
            }

            Split();
            for (int s = 0; s < stage.Combinations.Count; s++)
            {
                if (stage.Combinations[s].Sign == 0)
                    EmitSingle(stage, stage.Combinations[s], s);
            }

            if (_emitted >= Largest / 2)
                EndGroup();
        }

        EndGroup();
        return groups.ToArray();

        void Split()
        {
            if (open && _emitted >= Largest)
                group.Add(End(ref open));

            Begin(ref open);
        }

        void EndGroup()
        {
            if (open)
                group.Add(End(ref open));

            if (group.Count > 0)
            {
                groups.Add(group.ToArray());
                group.Clear();
            }
        }
    }

    private void Begin(ref bool open)
    {
        if (open)
            return;

        Type p = typeof(T*);
        _to = EmittedKernels.Begin<T>(NameOf(_name, _bodies++), [p, p, p, p, p, p, p, typeof(nint)], 2 * Held + 8);
        _to.Begin();
        _emitted = 0;
        open = true;
    }

    /// <summary>Goes on to the next block, and back to the top while there are any.</summary>
    private CouplingBody<T> End(ref bool open)
    {
        foreach ((int pointer, int rows) in new[] { (A, _rowsA), (B, _rowsB), (C, _rowsC), (DA, _rowsA), (DB, _rowsB) })
            _to.Advance(pointer, rows * Step);
        _to.Again(Blocks);
        open = false;
        return _to.End<CouplingBody<T>>();
    }

    /// <summary>Rows from…to of a component: sums in registers 8…, the combination in 0 and 1, a coefficient in 2.</summary>
    private void EmitComponent(CouplingStage stage, CouplingComponent component, int from, int to)
    {
        for (int r = from; r < to; r++)
            Begin(component.Rows[r], r - from);

        for (int s = 0; s < component.Slots.Length; s++)
        {
            EmitCombination(stage, stage.Combinations[component.Slots[s]]);
            for (int r = from; r < to; r++)
            {
                if (component.Matrix[r, s] != 0.0)
                {
                    EmitCoefficient(component.Matrix[r, s]);
                    Accumulate(8 + 2 * (r - from), 0);
                    Accumulate(9 + 2 * (r - from), 1);
                }
            }
        }

        for (int r = from; r < to; r++)
        {
            for (int v = 0; v < 2; v++)
                _to.Store(C, component.Rows[r] * Step + v * Lanes, 8 + 2 * (r - from) + v);
        }

        void Begin(int row, int r)
        {
            for (int v = 0; v < 2; v++)
            {
                _to.Load(C, row * Step + v * Lanes);
                _to.Set(8 + 2 * r + v);
            }
        }

        void Accumulate(int sum, int v)
        {
            _to.Get(2);
            _to.Get(v);
            _to.Get(sum);
            _to.MultiplyAdd();
            _to.Set(sum);
        }
    }

    private void EmitCombination(CouplingStage stage, CouplingCombination k)
    {
        int i = stage.RowA + k.I, j = stage.RowB + k.J;
        (int i2, int j2) = stage.Mirror(k);
        for (int v = 0; v < 2; v++)
        {
            LoadA(i, v);
            _to.Load(B, j * Step + v * Lanes);
            _to.Multiply();
            _to.Set(v);
            if (k.Sign != 0)
            {
                LoadA(i2, v);
                _to.Load(B, j2 * Step + v * Lanes);
                _to.Get(v);
                if (k.Sign > 0)
                    _to.MultiplyAdd();
                else
                    _to.SubtractProduct();

                _to.Set(v);
            }
        }
    }

    /// <summary>The derivatives with respect to the combinations of a component, to their slots.</summary>
    private void EmitTransposed(CouplingComponent component)
    {
        int held = Math.Min(Held, component.Rows.Length);
        for (int r = 0; r < held; r++)
        {
            for (int v = 0; v < 2; v++)
            {
                _to.Load(C, component.Rows[r] * Step + v * Lanes);
                _to.Set(8 + 2 * r + v);
            }
        }

        for (int s = 0; s < component.Slots.Length; s++)
        {
            bool first = true;
            for (int r = 0; r < component.Rows.Length; r++)
            {
                if (component.Matrix[r, s] == 0.0)
                    continue;

                EmitCoefficient(component.Matrix[r, s]);
                for (int v = 0; v < 2; v++)
                {
                    _to.Get(2);
                    if (r < held)
                        _to.Get(8 + 2 * r + v);
                    else
                        _to.Load(C, component.Rows[r] * Step + v * Lanes);

                    _to.AddProduct(v, first);
                }

                first = false;
            }

            for (int v = 0; v < 2; v++)
                _to.Store(Slots, component.Slots[s] * Step + v * Lanes, v);
        }
    }

    /// <summary>Slots to dA and dB; registers 0…3 hold the derivatives with respect to cc, ss, cs and sc.</summary>
    private void EmitDerivatives(CouplingStage stage, CouplingRun run)
    {
        const int Cc = 0, Ss = 1, Cs = 2, Sc = 3, Ac = 4, As = 5, Dc = 6, Ds = 7, Bj = 8;
        for (int v = 0; v < 2; v++)
        {
            int lane = v * Lanes;
            LoadA(stage.RowA + run.I, v);
            _to.Set(Ac);
            LoadA(stage.RowA + run.Mirror, v);
            _to.Set(As);
            int dc = (stage.RowA + run.I) * Step + lane, ds = (stage.RowA + run.Mirror) * Step + lane;
            _to.Load(DA, dc);
            _to.Set(Dc);
            _to.Load(DA, ds);
            _to.Set(Ds);
            foreach (CouplingQuad quad in run.Quads)
            {
                Pair(quad.Plus, quad.Minus, Cc, Ss);
                Pair(quad.CrossPlus, quad.CrossMinus, Cs, Sc);
                int c = (stage.RowB + quad.J) * Step + lane, s = (stage.RowB + quad.Mirror) * Step + lane;
                _to.Load(B, c);
                _to.Set(Bj);
                Sum(Cc, Bj, Dc);
                Sum(Sc, Bj, Ds);
                _to.Load(B, s);
                _to.Set(Bj);
                Sum(Cs, Bj, Dc);
                Sum(Ss, Bj, Ds);
                _to.Load(DB, c);
                _to.Set(Bj);
                Sum(Cc, Ac, Bj);
                Sum(Sc, As, Bj);
                _to.Store(DB, c, Bj);
                _to.Load(DB, s);
                _to.Set(Bj);
                Sum(Cs, Ac, Bj);
                Sum(Ss, As, Bj);
                _to.Store(DB, s, Bj);
                _emitted += 4;
            }

            _to.Store(DA, dc, Dc);
            _to.Store(DA, ds, Ds);

            void Pair(int plus, int minus, int sum, int difference)
            {
                LoadSlot(plus);
                LoadSlot(minus);
                _to.Add();
                _to.Set(sum);
                LoadSlot(plus);
                LoadSlot(minus);
                _to.Subtract();
                _to.Set(difference);
            }

            void LoadSlot(int slot)
            {
                if (slot < 0)
                    _to.Zero();
                else
                    _to.Load(Slots, slot * Step + lane);
            }
        }

        void Sum(int x, int y, int sum)
        {
            _to.Get(x);
            _to.Get(y);
            _to.Get(sum);
            _to.MultiplyAdd();
            _to.Set(sum);
        }
    }

    private void EmitSingle(CouplingStage stage, CouplingCombination k, int slot)
    {
        int i = stage.RowA + k.I, j = (stage.RowB + k.J) * Step;
        for (int v = 0; v < 2; v++)
        {
            int lane = v * Lanes, d = i * Step + lane;
            _to.Load(Slots, slot * Step + lane);
            _to.Set(0);
            _to.Get(0);
            _to.Load(B, j + lane);
            _to.Load(DA, d);
            _to.MultiplyAdd();
            _to.Set(1);
            _to.Store(DA, d, 1);
            _to.Get(0);
            LoadA(i, v);
            _to.Load(DB, j + lane);
            _to.MultiplyAdd();
            _to.Set(1);
            _to.Store(DB, j + lane, 1);
        }

        _emitted++;
    }

    private void EmitCoefficient(double value)
    {
        _to.Broadcast(K, _coefficients.Count);
        _to.Set(2);
        _coefficients.Add(T.CreateChecked(value));
        _emitted++;
    }

    private void LoadA(int row, int v)
    {
        _to.Load(A, row * Step + v * Lanes);
    }
}
