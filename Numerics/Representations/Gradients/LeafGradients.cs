using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Gradients;

/// <summary>Gradients by <see cref="LeafRule"/>.</summary>
internal sealed unsafe class LeafGradients : PairGradients
{
    private const int Lanes = EnvironmentScratch.Lanes;

    private readonly LeafRule _rule;
    private readonly DensityExpansion _expansion;
    private readonly BlockMemory<double> _values;
    private readonly int[] _angleAt;
    private readonly int _angleLength, _n;
    private readonly double* _slopes, _contracted;
    private readonly int[] _slotOf;
    private readonly int _mostSlopes;

    // What neighbours of the group at hand change of the chunk at hand: [segment, everything and each field's vectors].
    private readonly RunList[] _lists;
    private readonly Func<int, int, double> _share;
    private int _listsOf = -1;
    private double* _angles;
    private int _room, _block;
    private double* _blockAngles;
    private EnvironmentScratch _scratch = null!;
    private Surroundings _around = null!;
    private Chunk _chunk = null!;

    /// <summary>Memory for one thread.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="expansion">The expansion.</param>
    /// <param name="values">The blocks of the program, whose environment 0 is differentiated.</param>
    public LeafGradients(LeafRule rule, DensityExpansion expansion, BlockMemory<double> values)
    {
        (_rule, _expansion, _values, _n) = (rule, expansion, values, expansion.GroupStride);
        _angleAt = new int[rule.Angles.Count + 1];
        for (int k = 0; k < rule.Angles.Count; k++)
            _angleAt[k + 1] = _angleAt[k] + Lanes * LeafRule.Kinds(rule.Angles.Field(k));
        _angleLength = _angleAt[^1];
        int most = 0;
        foreach (Chunk chunk in rule.Chunks)
        {
            most = Math.Max(most, chunk.Length);
            foreach (Segment segment in chunk.Segments)
                _mostSlopes = Math.Max(_mostSlopes, segment.Slopes.Length);
        }
        _slopes = Allocate(rule.Plan.Length + Lanes);
        _contracted = Allocate(most + Lanes);
        _slotOf = new int[expansion.Fields.Count];
        _share = Share;
        _lists = new RunList[(1 + _slotOf.Length) * rule.Chunks.Max(static c => c.Segments.Length)];
    }

    ~LeafGradients() => Free();

    /// <inheritdoc/>
    public override int Chunks => _rule.Chunks.Length;

    /// <inheritdoc/>
    public override (int First, int Count) Chunk(int chunk) => (_rule.Chunks[chunk].First, _rule.Chunks[chunk].Count);

    /// <inheritdoc/>
    public override void Begin(Surroundings around, EnvironmentScratch scratch)
    {
        (_around, _scratch) = (around, scratch);
        if (_room < scratch.Blocks)
        {
            NativeMemory.AlignedFree(_angles);
            _room = Math.Max(scratch.Blocks, 2 * _room);
            _angles = Allocate(checked((nint)_room * _angleLength));
        }
        new Span<double>(_slopes, (int)_rule.Plan.Length).Clear();
        foreach (SlopeProduct product in _rule.Plan.Products)
            product.Run(_values, _slopes);
    }

    /// <inheritdoc/>
    public override void AddBlock(int block)
    {
        int lm = (_expansion.LMax + 1) * (_expansion.LMax + 1), next = lm * Lanes, vectors = Lanes * _scratch.Blocks;
        double* storage = stackalloc double[Lanes * Lanes + CacheLine.Doubles];
        double* tile = CacheLine.Next(storage), angles = _angles + (nint)block * _angleLength;
        Vector512<double>* by = stackalloc Vector512<double>[3];
        for (int row = 0; row < _rule.Angles.Count; row++)
        {
            int field = _rule.Angles.Field(row);
            ReadOnlySpan<AngleTerm> terms = _rule.Angles.Terms(row);
            if (field == 0)
            {
                // The harmonics' gradients lie behind them.
                Transpose.Copy(4, Lanes, _scratch.Harmonics + terms[0].Lm * Lanes, next, angles, 4, 1.0);
                angles += 4 * Lanes;
                continue;
            }
            double* v = _scratch.Vectors + 3 * (field - 1) * vectors + block * Lanes;
            Vector512<double> w = default, wx = default, wy = default, wz = default;
            (by[0], by[1], by[2]) = (default, default, default);
            foreach (AngleTerm t in terms)
            {
                double* y = _scratch.Harmonics + t.Lm * Lanes, dy = _scratch.HarmonicsGradients + t.Lm * Lanes;
                Vector512<double> value = Vector512.Create(t.Value), factor = value * Vector512.Load(v + t.Q * vectors);
                by[t.Q] = Vector512.MultiplyAddEstimate(value, Vector512.Load(y), by[t.Q]);
                w = Vector512.MultiplyAddEstimate(factor, Vector512.Load(y), w);
                wx = Vector512.MultiplyAddEstimate(factor, Vector512.Load(dy), wx);
                wy = Vector512.MultiplyAddEstimate(factor, Vector512.Load(dy + next), wy);
                wz = Vector512.MultiplyAddEstimate(factor, Vector512.Load(dy + 2 * next), wz);
            }
            Vector512.Store(w, tile);
            Vector512.Store(wx, tile + Lanes);
            Vector512.Store(wy, tile + 2 * Lanes);
            Vector512.Store(wz, tile + 3 * Lanes);
            // Vectors are (y, z, x).
            Vector512.Store(by[2], tile + 4 * Lanes);
            Vector512.Store(by[0], tile + 5 * Lanes);
            Vector512.Store(by[1], tile + 6 * Lanes);
            Vector512.Store(Vector512<double>.Zero, tile + 7 * Lanes);
            Transpose.Eight(tile, Lanes, angles);
            angles += Lanes * Lanes;
        }
    }

    /// <inheritdoc/>
    public override void Select(int chunk, int block)
    {
        _scratch.Select(block);
        bool isKnown = _chunk == _rule.Chunks[chunk] && _listsOf == _scratch.Group[block];
        (_chunk, _block, _listsOf) = (_rule.Chunks[chunk], block, _scratch.Group[block]);
        _blockAngles = _angles + (nint)block * _angleLength;
        for (int f = 0; f < _slotOf.Length; f++)
            _slotOf[f] = _expansion.Columns(f).Slot(_scratch.Group[block]);
        for (int p = 0; p < _chunk.Segments.Length && !isKnown; p++)
            for (int field = -1; field < _slotOf.Length; field++)
                _lists[p * (1 + _slotOf.Length) + 1 + field] = _chunk.Segments[p].Runs.Of(_listsOf, field, _share, _n);
        int pairs = _scratch.Used[block], next = 0;
        foreach (Segment segment in _chunk.Segments)
        {
            foreach (SegmentSlope s in segment.Slopes)
            {
                // Slopes that stood before.
                if (s.At < next) continue;
                next = s.At + 1;
                if (s.Field > 0 && _slotOf[s.Field - 1] < 0) continue;
                double* angles = _blockAngles + _angleAt[s.FirstAngle], to = _contracted + s.At;
                int rows = Lanes * s.Kinds, count = pairs * s.Kinds;
                if (s.Source.Block == SlopeSource.Unit)
                {
                    new ReadOnlySpan<double>(angles, count).CopyTo(new Span<double>(to, count));
                    continue;
                }
                double* from = (s.Source.Block == SlopeSource.Made ? _slopes : _values.Values(s.Source.Block)[0]) + s.Source.First;
                ChannelTile<double>.Multiply(count, s.Count, s.Stride, angles, 1, rows, from, s.Source.StepK, to, s.Stride, false);
            }
        }
    }

    /// <inheritdoc/>
    public override void Places(int lane, double* target, int stride)
    {
        int k = _block * Lanes + lane, lmax = _expansion.LMax;
        double* radial = _scratch.Radial + lane * (lmax + 1) * _n, slopes = _scratch.RadialDerivatives + lane * (lmax + 1) * _n;
        double r = _scratch.R[k];
        Vector512<double> ux = Vector512.Create(_scratch.X[k] / r), uy = Vector512.Create(_scratch.Y[k] / r), uz = Vector512.Create(_scratch.Z[k] / r);
        double** at = stackalloc double*[_mostSlopes];
        int* next = stackalloc int[_mostSlopes];
        for (int p = 0; p < _chunk.Segments.Length; p++)
        {
            Segment segment = _chunk.Segments[p];
            RunList list = _lists[p * (1 + _slotOf.Length)];
            Begin(segment, lane, 0, at, next);
            fixed (Run* runs = list.Runs)
            fixed (double* weights = list.Weights)
            {
                for (Run* run = runs, end = runs + list.Runs.Length; run < end; run++)
                {
                    double* to = target + segment.Place + run->Place, w = weights + run->Weights;
                    if (run->Slow == Run.Triangle)
                    {
                        PackedTriangle.Gradients(at[0] + run->OtherA, radial + run->RadialA, slopes + run->RadialA, ux, uy, uz, *w, to, stride);
                        continue;
                    }
                    if (run->Slow == Run.Many)
                    {
                        Many(list, *run, at, next, to, stride, radial, slopes, ux, uy, uz, w);
                        continue;
                    }
                    if (run->Slow + run->Fast == 0)
                    {
                        for (int d = 0; d < 3; d++)
                            new Span<double>(to + (nint)d * stride, run->Count).Clear();
                        continue;
                    }
                    if (run->IsOuter) Outer(*run, at, next, to, stride, radial, slopes, ux, uy, uz, w);
                    else Few(*run, at, next, to, stride, radial, slopes, ux, uy, uz, w);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void Vectors(int field, int lane, double* target, int stride)
    {
        double* radial = _scratch.Radial + lane * (_expansion.LMax + 1) * _n;
        double** at = stackalloc double*[_mostSlopes];
        int* next = stackalloc int[_mostSlopes];
        for (int p = 0; p < _chunk.Segments.Length; p++)
        {
            Segment segment = _chunk.Segments[p];
            RunList list = _lists[p * (1 + _slotOf.Length) + 1 + field];
            Begin(segment, lane, LeafRule.FirstVectorKind, at, next);
            fixed (Run* runs = list.Runs)
            fixed (double* weights = list.Weights)
            {
                for (Run* run = runs, end = runs + list.Runs.Length; run < end; run++)
                {
                    double* to = target + segment.Place + run->Place, w = weights + run->Weights;
                    if (run->Slow == Run.Many || run->Slow + run->Fast == 0)
                    {
                        for (int d = 0; d < 3; d++)
                            new Span<double>(to + (nint)d * stride, run->Count).Clear();
                        for (int t = run->First; t < run->End && run->Slow == Run.Many; t++)
                        {
                            RunTerm term = list.Terms[t];
                            double* r = at[term.Slope] + term.Other, g = radial + term.Radial;
                            for (int d = 0; d < 3; d++, r += next[term.Slope])
                                Add(term.Weight * (term.IsFast ? r[0] : g[0]), term.IsFast ? g : r, w, to + (nint)d * stride, run->Count);
                        }
                        continue;
                    }
                    Few(*run, at, next, to, stride, radial, w);
                }
            }
        }
    }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where the contracted slopes of one pair are, from a kind on, and how far apart kinds are.</summary>
    private void Begin(Segment segment, int lane, int kind, double** at, int* next)
    {
        for (int p = 0; p < segment.Slopes.Length; p++)
        {
            ref readonly SegmentSlope s = ref segment.Slopes[p];
            at[p] = _contracted + s.At + ((nint)lane * s.Kinds + kind) * s.Stride;
            next[p] = s.Stride;
        }
    }

    /// <summary>Runs of two leaves that are an outer product: what products of two factors mostly are. Seven operations for every three
    /// vectors of numbers are multiply-adds of broadcast numbers; all else is done once.</summary>
    private static void Outer(in Run run, double** at, int* next, double* to, int stride, double* radial, double* slopes,
        Vector512<double> ux, Vector512<double> uy, Vector512<double> uz, double* w)
    {
        double* ra = at[run.SlopeA] + run.OtherA, rf = at[run.SlopeF] + run.OtherF, ga = radial + run.RadialA, da = slopes + run.RadialA;
        nint nextA = next[run.SlopeA], nextF = next[run.SlopeF], stepF = run.StepOtherF, stepA = run.StepRadialA, count = run.Count, two = 2 * (nint)stride;
        Vector512<double> weight = Vector512.Load(w), g = weight * Vector512.Load(radial + run.RadialF), d = weight * Vector512.Load(slopes + run.RadialF);
        Vector512<double> a = weight * Vector512.Load(ra), ax = weight * Vector512.Load(ra + nextA);
        Vector512<double> ay = weight * Vector512.Load(ra + 2 * nextA), az = weight * Vector512.Load(ra + 3 * nextA);
        for (int r = run.Repeat; r > 0; r--, to += count, rf += stepF, ga += stepA, da += stepA)
        {
            Vector512<double> along = Vector512.Create(rf[0]) * d, value = Vector512.Create(*ga);
            Vector512<double> x = Vector512.Create(rf[nextF]) * g, y = Vector512.Create(rf[2 * nextF]) * g, z = Vector512.Create(rf[3 * nextF]) * g;
            along = Vector512.MultiplyAddEstimate(Vector512.Create(*da), a, along);
            x = Vector512.MultiplyAddEstimate(value, ax, x);
            y = Vector512.MultiplyAddEstimate(value, ay, y);
            z = Vector512.MultiplyAddEstimate(value, az, z);
            Vector512.Store(Vector512.MultiplyAddEstimate(ux, along, x), to);
            Vector512.Store(Vector512.MultiplyAddEstimate(uy, along, y), to + stride);
            Vector512.Store(Vector512.MultiplyAddEstimate(uz, along, z), to + two);
        }
    }

    /// <summary>Runs of up to three leaves.</summary>
    private static void Few(in Run run, double** at, int* next, double* to, int stride, double* radial, double* slopes,
        Vector512<double> ux, Vector512<double> uy, Vector512<double> uz, double* w)
    {
        double* ra = at[run.SlopeA] + run.OtherA, rb = at[run.SlopeB] + run.OtherB, rf = at[run.SlopeF] + run.OtherF;
        double* ga = radial + run.RadialA, gb = radial + run.RadialB, g = radial + run.RadialF;
        nint nextA = next[run.SlopeA], nextB = next[run.SlopeB], nextF = next[run.SlopeF], two = 2 * (nint)stride, slope = (nint)(slopes - radial);
        bool hasA = run.Slow > 0, hasB = run.Slow > 1, hasF = run.Fast > 0;
        for (int r = run.Repeat, count = run.Count; r > 0; r--, to += count, count += run.StepCount)
        {
            for (int j = 0; j < count; j += 8)
            {
                Vector512<double> along = default, x = default, y = default, z = default;
                if (hasF)
                {
                    Vector512<double> v = Vector512.Load(g + j);
                    along = Vector512.Create(rf[0]) * Vector512.Load(g + slope + j);
                    x = Vector512.Create(rf[nextF]) * v;
                    y = Vector512.Create(rf[2 * nextF]) * v;
                    z = Vector512.Create(rf[3 * nextF]) * v;
                }

                if (hasA)
                {
                    Vector512<double> value = Vector512.Create(*ga);
                    along = Vector512.MultiplyAddEstimate(Vector512.Create(ga[slope]), Vector512.Load(ra + j), along);
                    x = Vector512.MultiplyAddEstimate(value, Vector512.Load(ra + nextA + j), x);
                    y = Vector512.MultiplyAddEstimate(value, Vector512.Load(ra + 2 * nextA + j), y);
                    z = Vector512.MultiplyAddEstimate(value, Vector512.Load(ra + 3 * nextA + j), z);
                }

                if (hasB)
                {
                    Vector512<double> value = Vector512.Create(*gb);
                    along = Vector512.MultiplyAddEstimate(Vector512.Create(gb[slope]), Vector512.Load(rb + j), along);
                    x = Vector512.MultiplyAddEstimate(value, Vector512.Load(rb + nextB + j), x);
                    y = Vector512.MultiplyAddEstimate(value, Vector512.Load(rb + 2 * nextB + j), y);
                    z = Vector512.MultiplyAddEstimate(value, Vector512.Load(rb + 3 * nextB + j), z);
                }

                Vector512<double> weight = Vector512.Load(w + j);
                along *= weight;
                Vector512.Store(Vector512.MultiplyAddEstimate(ux, along, weight * x), to + j);
                Vector512.Store(Vector512.MultiplyAddEstimate(uy, along, weight * y), to + stride + j);
                Vector512.Store(Vector512.MultiplyAddEstimate(uz, along, weight * z), to + two + j);
            }

            w += run.StepWeights;
            ra += run.StepOtherA;
            rb += run.StepOtherB;
            rf += run.StepOtherF;
            ga += run.StepRadialA;
            gb += run.StepRadialB;
            g += run.StepRadialF;
        }
    }

    /// <summary>The same by a vector.</summary>
    private static void Few(in Run run, double** at, int* next, double* to, int stride, double* radial, double* w)
    {
        double* ra = at[run.SlopeA] + run.OtherA, rb = at[run.SlopeB] + run.OtherB, rf = at[run.SlopeF] + run.OtherF;
        double* ga = radial + run.RadialA, gb = radial + run.RadialB, g = radial + run.RadialF;
        nint nextA = next[run.SlopeA], nextB = next[run.SlopeB], nextF = next[run.SlopeF], two = 2 * (nint)stride;
        bool hasA = run.Slow > 0, hasB = run.Slow > 1, hasF = run.Fast > 0;
        for (int r = run.Repeat, count = run.Count; r > 0; r--, to += count, count += run.StepCount)
        {
            for (int j = 0; j < count; j += 8)
            {
                Vector512<double> x = default, y = default, z = default;
                if (hasF)
                {
                    Vector512<double> v = Vector512.Load(g + j);
                    x = Vector512.Create(rf[0]) * v;
                    y = Vector512.Create(rf[nextF]) * v;
                    z = Vector512.Create(rf[2 * nextF]) * v;
                }

                if (hasA)
                {
                    Vector512<double> value = Vector512.Create(*ga);
                    x = Vector512.MultiplyAddEstimate(value, Vector512.Load(ra + j), x);
                    y = Vector512.MultiplyAddEstimate(value, Vector512.Load(ra + nextA + j), y);
                    z = Vector512.MultiplyAddEstimate(value, Vector512.Load(ra + 2 * nextA + j), z);
                }

                if (hasB)
                {
                    Vector512<double> value = Vector512.Create(*gb);
                    x = Vector512.MultiplyAddEstimate(value, Vector512.Load(rb + j), x);
                    y = Vector512.MultiplyAddEstimate(value, Vector512.Load(rb + nextB + j), y);
                    z = Vector512.MultiplyAddEstimate(value, Vector512.Load(rb + 2 * nextB + j), z);
                }

                Vector512<double> weight = Vector512.Load(w + j);
                Vector512.Store(weight * x, to + j);
                Vector512.Store(weight * y, to + stride + j);
                Vector512.Store(weight * z, to + two + j);
            }

            w += run.StepWeights;
            ra += run.StepOtherA;
            rb += run.StepOtherB;
            rf += run.StepOtherF;
            ga += run.StepRadialA;
            gb += run.StepRadialB;
            g += run.StepRadialF;
        }
    }

    /// <summary>Any number of factors, one after the other.</summary>
    private static void Many(RunList list, in Run run, double** at, int* next, double* to, int stride, double* radial, double* slopes,
        Vector512<double> ux, Vector512<double> uy, Vector512<double> uz, double* weights)
    {
        for (int d = 0; d < 3; d++)
            new Span<double>(to + (nint)d * stride, run.Count).Clear();
        double* u = stackalloc double[3] { ux.GetElement(0), uy.GetElement(0), uz.GetElement(0) };
        for (int t = run.First; t < run.End; t++)
        {
            RunTerm term = list.Terms[t];
            double weight = term.Weight;
            double* r = at[term.Slope] + term.Other, g = radial + term.Radial, dg = slopes + term.Radial;
            for (int d = 0; d < 3; d++)
            {
                double* by = r + (1 + d) * next[term.Slope], row = to + (nint)d * stride;
                Add(weight * u[d] * (term.IsFast ? r[0] : dg[0]), term.IsFast ? dg : r, weights, row, run.Count);
                Add(weight * (term.IsFast ? by[0] : g[0]), term.IsFast ? g : by, weights, row, run.Count);
            }
        }
    }

    /// <summary>How much a pair of the block at hand adds to a slot.</summary>
    private double Share(int field, int slot)
    {
        if (field > 0) return slot == _slotOf[field - 1] ? 1 : 0;
        int group = _scratch.Group[_block];
        if (_expansion.Mixing is null) return slot == group ? 1 : 0;
        ReadOnlySpan<double> shares = _expansion.Shares(group);
        int place = slot - _expansion.FirstMixed;
        return (uint)place < (uint)shares.Length ? shares[place] : 0;
    }

    /// <summary>y += factor x w.</summary>
    private static void Add(double factor, double* x, double* w, double* y, int count)
    {
        for (int k = 0; k < count; k++)
            y[k] += factor * x[k] * w[k];
    }

    private static double* Allocate(nint doubles)
    {
        double* memory = (double*)NativeMemory.AlignedAlloc((nuint)(doubles * sizeof(double)), 64);
        NativeMemory.Clear(memory, (nuint)(doubles * sizeof(double)));
        return memory;
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_angles);
        NativeMemory.AlignedFree(_slopes);
        NativeMemory.AlignedFree(_contracted);
    }
}
