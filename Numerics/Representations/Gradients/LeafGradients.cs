using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
    private bool _canFinish;
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
            _angleAt[k + 1] = _angleAt[k] + (rule.Angles.Field(k) == 0 ? 0 : Lanes * LeafRule.Kinds(rule.Angles.Field(k)));
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
        if (_angleLength == 0) return;
        int lm = (_expansion.LMax + 1) * (_expansion.LMax + 1), next = lm * Lanes, vectors = Lanes * _scratch.Blocks;
        double* angles = _angles + (nint)block * _angleLength;
        Vector512<double>* by = stackalloc Vector512<double>[3];
        for (int row = 0; row < _rule.Angles.Count; row++)
        {
            int field = _rule.Angles.Field(row);
            ReadOnlySpan<AngleTerm> terms = _rule.Angles.Terms(row);
            // Those of the density are the harmonics.
            if (field == 0) continue;
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
            Vector512.Store(w, angles);
            Vector512.Store(wx, angles + Lanes);
            Vector512.Store(wy, angles + 2 * Lanes);
            Vector512.Store(wz, angles + 3 * Lanes);
            // Vectors are (y, z, x).
            Vector512.Store(by[2], angles + 4 * Lanes);
            Vector512.Store(by[0], angles + 5 * Lanes);
            Vector512.Store(by[1], angles + 6 * Lanes);
            angles += LeafRule.Kinds(field) * Lanes;
        }
    }

    /// <inheritdoc/>
    public override void Select(int chunk, int block)
    {
        _scratch.Select(block, true);
        bool isKnown = _chunk == _rule.Chunks[chunk] && _listsOf == _scratch.Group[block];
        (_chunk, _block, _listsOf) = (_rule.Chunks[chunk], block, _scratch.Group[block]);
        _blockAngles = _angles + (nint)block * _angleLength;
        for (int f = 0; f < _slotOf.Length; f++)
            _slotOf[f] = _expansion.Columns(f).Slot(_scratch.Group[block]);
        if (!isKnown) _canFinish = true;
        for (int p = 0; p < _chunk.Segments.Length && !isKnown; p++)
        {
            int list = p * (1 + _slotOf.Length);
            for (int field = -1; field < _slotOf.Length; field++)
                _lists[list + 1 + field] = _chunk.Segments[p].Runs.Of(_listsOf, field, _share, _n);
            _canFinish &= _lists[list].IsPlanes;
        }

        int pairs = _scratch.Used[block], next = 0, harmonics = (_expansion.LMax + 1) * (_expansion.LMax + 1) * Lanes;
        foreach (Segment segment in _chunk.Segments)
        {
            foreach (SegmentSlope s in segment.Slopes)
            {
                // Slopes that stood before.
                if (s.At < next) continue;
                next = s.At + 1;
                if (s.Field > 0 && _slotOf[s.Field - 1] < 0) continue;
                // Of the density all numbers of one kind lie behind each other, of vectors all kinds of one number.
                bool isDensity = s.Field == 0;
                double* angles = isDensity ? _scratch.Harmonics + _rule.Angles.Terms(s.FirstAngle)[0].Lm * Lanes
                    : _blockAngles + _angleAt[s.FirstAngle];
                nint nextKind = isDensity ? harmonics : Lanes, nextRow = isDensity ? Lanes : Lanes * s.Kinds;
                double* to = _contracted + s.At, from = s.Source.Block == SlopeSource.Unit ? null
                    : (s.Source.Block == SlopeSource.Made ? _slopes : _values.Values(s.Source.Block)[0]) + s.Source.First;
                for (int kind = 0; kind < s.Kinds; kind++, angles += nextKind, to += Lanes * s.Stride)
                {
                    if (from == null)
                    {
                        new ReadOnlySpan<double>(angles, pairs).CopyTo(new Span<double>(to, pairs));
                        continue;
                    }

                    ChannelTile<double>.Multiply(
                        pairs, s.Count, s.Stride, angles, 1, nextRow, from, s.Source.StepK, to, s.Stride, false);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override bool CanFinish => _canFinish;

    /// <inheritdoc/>
    public override void Places(int lane, int count, double* target, int stride, double** soon, int nextRow)
    {
        double* directions = stackalloc double[3 * MostPairs];
        Pairs pairs = PairsOf(lane, count, directions, stride, soon, nextRow);
        Make(ref pairs, lane, target);
    }

    /// <inheritdoc/>
    public override void Finish(int lane, int count, double** rows, double** soon, int nextRow, double* sum, double* work, int stride)
    {
        double* directions = stackalloc double[3 * MostPairs];
        Pairs pairs = PairsOf(lane, count, directions, stride, soon, nextRow);
        pairs.Rows = rows;
        pairs.Sum = sum;
        Make(ref pairs, lane, work);
    }

    /// <summary>All runs of the chunk at hand.</summary>
    private void Make(ref Pairs pairs, int lane, double* target)
    {
        double** at = stackalloc double*[_mostSlopes];
        int* next = stackalloc int[_mostSlopes];
        for (int p = 0; p < _chunk.Segments.Length; p++)
        {
            Segment segment = _chunk.Segments[p];
            RunList list = _lists[p * (1 + _slotOf.Length)];
            Begin(segment, lane, 0, at, next);
            fixed (Run* runs = list.Runs)
            fixed (double* weights = list.Weights)
            fixed (long* places = list.Places)
            {
                for (Run* run = runs, end = runs + list.Runs.Length; run < end; run++)
                {
                    double* to = target + segment.Place + run->Place, w = weights + run->Weights;
                    long* place = places + run->Places;
                    pairs.SoonAt = segment.Place + run->Place;
                    if (pairs.Rows != null)
                    {
                        // Whole vectors are written over what is made next; nothing is made behind the last ones.
                        bool isLast = run + 1 == end && p == _chunk.Segments.Length - 1;
                        pairs.Rest = isLast ? (segment.Count - run->Place) % Lanes : 0;
                        if (run->Slow == 1) Plane<Rows1, ToRows>(*run, pairs, segment, at, next, to, w, place);
                        else Plane<Rows2, ToRows>(*run, pairs, segment, at, next, to, w, place);
                        continue;
                    }

                    if (run->Vectors > 0 && run->Slow == 1) Plane<Rows1, ToWork>(*run, pairs, segment, at, next, to, w, place);
                    else if (run->Vectors > 0) Plane<Rows2, ToWork>(*run, pairs, segment, at, next, to, w, place);
                    else if (run->Slow == Run.Many) Many(list, *run, pairs, segment, at, next, to, w);
                    else if (run->Slow + run->Fast == 0) Clear(*run, pairs, to);
                    else if (run->IsOuter) Outer(*run, pairs, segment, at, next, to, w);
                    else if (run->IsShort && run->Slow == 1) Short<Rows1>(*run, pairs, segment, at, next, to, w);
                    else if (run->IsShort) Short<Rows2>(*run, pairs, segment, at, next, to, w);
                    else Few(*run, pairs, segment, at, next, to, w);
                }
            }
        }
    }

    private Pairs PairsOf(int lane, int count, double* directions, int stride, double** soon, int nextRow)
    {
        int radial = (_expansion.LMax + 1) * _n;
        for (int k = 0; k < count; k++)
        {
            int pair = _block * Lanes + lane + k;
            (directions[3 * k], directions[3 * k + 1]) = (_scratch.X[pair] / _scratch.R[pair], _scratch.Y[pair] / _scratch.R[pair]);
            directions[3 * k + 2] = _scratch.Z[pair] / _scratch.R[pair];
        }

        return new()
        {
            Count = count, Radial = _scratch.Radial + (nint)lane * radial, NextRadial = radial,
            Slope = (nint)(_scratch.RadialDerivatives - _scratch.Radial), Directions = directions, Stride = stride, Soon = soon,
            SoonNext = nextRow,
        };
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
            at[p] = _contracted + s.At + ((nint)kind * Lanes + lane) * s.Stride;
            next[p] = Lanes * s.Stride;
        }
    }

    /// <summary>Some pairs of a block, whose gradients are made together.</summary>
    private struct Pairs
    {
        /// <summary>How many.</summary>
        public int Count;

        /// <summary>f g_nl of the first one, and from one to the next.</summary>
        public double* Radial;
        public nint NextRadial;

        /// <summary>From f g_nl to d(f g_nl)/dr.</summary>
        public nint Slope;

        /// <summary>The unit vectors: <c>[pair, xyz]</c>.</summary>
        public double* Directions;

        /// <summary>From direction to direction of what is made.</summary>
        public nint Stride;

        /// <summary>Where the rows of each go later, from row to row there, and the features at hand in it: lines that are asked for
        /// meanwhile.</summary>
        public double** Soon;
        public nint SoonNext, SoonAt;

        /// <summary>The rows of each, where they are written at once, what they are taken from there, and how many features of the last
        /// vector are.</summary>
        public double** Rows;
        public double* Sum;
        public int Rest;
    }

    /// <summary>Where a plane is written, as a constant of the compiler.</summary>
    private interface IGoal
    {
        static abstract bool IsRows { get; }
    }

    /// <summary>To memory from which it is copied.</summary>
    private readonly struct ToWork : IGoal
    {
        public static bool IsRows => false;
    }

    /// <summary>To its rows.</summary>
    private readonly struct ToRows : IGoal
    {
        public static bool IsRows => true;
    }

    /// <summary>Numbers of the contracted slopes from one pair to the next.</summary>
    private static nint Step(Segment segment, int slope) => segment.Slopes[slope].Stride;

    private static void Clear(in Run run, in Pairs pairs, double* to)
    {
        for (int d = 0; d < 3 * pairs.Count; d++)
            new Span<double>(to + d * pairs.Stride, run.Count).Clear();
    }

    /// <summary>Runs that are the rows of a plane (<see cref="Planes"/>), eight features at a time whatever their rows.</summary>
    /// <typeparam name="TSlow">Without (1) or with (2) a leaf whose channel stands still.</typeparam>
    /// <typeparam name="TGoal">Where it is written.</typeparam>
    private static void Plane<TSlow, TGoal>(
        in Run run, in Pairs pairs, Segment segment, double** at, int* next, double* target, double* weights, long* places)
        where TSlow : struct, ITileRows
        where TGoal : struct, IGoal
    {
        // The leaf whose channel is the row, the one whose channel is the column, and the one whose others are the plane.
        (int slopeR, int otherR, int radialR) =
            TSlow.Count > 1 ? (run.SlopeB, run.OtherB, run.RadialB) : (run.SlopeA, run.OtherA, run.RadialA);
        nint nextR = next[slopeR], nextC = next[run.SlopeF], nextA = next[run.SlopeA], slope = pairs.Slope, stride = pairs.Stride,
            far = pairs.SoonNext;
        nint pairR = Step(segment, slopeR), pairC = Step(segment, run.SlopeF), pairA = Step(segment, run.SlopeA);
        int vectors = run.Vectors, rest = pairs.Rest;
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            double* radial = pairs.Radial + pair * pairs.NextRadial, soon = pairs.Soon[pair] + pairs.SoonAt,
                u = pairs.Directions + 3 * pair, sum = pairs.Sum + pairs.SoonAt;
            double* r = at[slopeR] + otherR + pair * pairR, c = at[run.SlopeF] + run.OtherF + pair * pairC, gr = radial + radialR,
                gc = radial + run.RadialF;
            double* a = at[run.SlopeA] + run.OtherA + pair * pairA, ga = radial + run.RadialA, w = weights,
                to = TGoal.IsRows ? pairs.Rows[pair] + pairs.SoonAt : target + 3 * pair * stride;
            Vector512<double> ux = Vector512.Create(u[0]), uy = Vector512.Create(u[1]), uz = Vector512.Create(u[2]);
            Vector512<double> rowValue = Vector512.Load(gr), rowSlope = Vector512.Load(gr + slope), columnValue = Vector512.Load(gc);
            Vector512<double> columnSlope = Vector512.Load(gc + slope), still = Vector512.Create(*ga),
                stillSlope = Vector512.Create(ga[slope]);
            Vector512<double> r0 = Vector512.Load(r), rx = Vector512.Load(r + nextR), ry = Vector512.Load(r + 2 * nextR),
                rz = Vector512.Load(r + 3 * nextR);
            Vector512<double> c0 = Vector512.Load(c), cx = Vector512.Load(c + nextC), cy = Vector512.Load(c + 2 * nextC),
                cz = Vector512.Load(c + 3 * nextC);
            long* place = places;
            for (int v = vectors; v > 0; v--, place += 16, w += 8, to += 8, soon += 8, a += 8)
            {
                Expect(soon, far);
                Vector512<long> row = Vector512.Load(place), column = Vector512.Load(place + 8);
                Vector512<double> value = At(rowValue, row), other = At(columnValue, column);
                Vector512<double> along = At(rowSlope, row) * At(r0, column);
                Vector512<double> x = value * At(rx, column), y = value * At(ry, column), z = value * At(rz, column);
                along = Vector512.MultiplyAddEstimate(At(columnSlope, column), At(c0, row), along);
                x = Vector512.MultiplyAddEstimate(other, At(cx, row), x);
                y = Vector512.MultiplyAddEstimate(other, At(cy, row), y);
                z = Vector512.MultiplyAddEstimate(other, At(cz, row), z);
                if (TSlow.Count > 1)
                {
                    along = Vector512.MultiplyAddEstimate(stillSlope, Vector512.Load(a), along);
                    x = Vector512.MultiplyAddEstimate(still, Vector512.Load(a + nextA), x);
                    y = Vector512.MultiplyAddEstimate(still, Vector512.Load(a + 2 * nextA), y);
                    z = Vector512.MultiplyAddEstimate(still, Vector512.Load(a + 3 * nextA), z);
                }

                Vector512<double> weight = Vector512.Load(w);
                along *= weight;
                x = Vector512.MultiplyAddEstimate(ux, along, weight * x);
                y = Vector512.MultiplyAddEstimate(uy, along, weight * y);
                z = Vector512.MultiplyAddEstimate(uz, along, weight * z);
                if (!TGoal.IsRows)
                {
                    Vector512.Store(x, to);
                    Vector512.Store(y, to + stride);
                    Vector512.Store(z, to + 2 * stride);
                    continue;
                }

                Vector512.Store(Vector512.Load(sum) - x, sum);
                Vector512.Store(Vector512.Load(sum + stride) - y, sum + stride);
                Vector512.Store(Vector512.Load(sum + 2 * stride) - z, sum + 2 * stride);
                sum += 8;
                bool isPart = v == 1 && rest > 0;
                double* place1 = isPart ? target : to;
                nint step = isPart ? stride : far;
                Vector512.Store(x, place1);
                Vector512.Store(y, place1 + step);
                Vector512.Store(z, place1 + 2 * step);
            }

            for (int d = 0; TGoal.IsRows && rest > 0 && d < 3; d++)
                Streaming.Few(target + d * stride, to - 8 + d * far, rest);
        }
    }

    /// <summary>The numbers at eight places of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(Vector512<double> numbers, Vector512<long> places) => Avx512F.PermuteVar8x64(numbers, places);

    /// <summary>Runs of two leaves that are an outer product: what products of two factors mostly are. Seven operations for every three
    /// vectors of numbers are multiply-adds of broadcast numbers; all else is done once.</summary>
    private static void Outer(in Run run, in Pairs pairs, Segment segment, double** at, int* next, double* target, double* w)
    {
        nint nextA = next[run.SlopeA], nextF = next[run.SlopeF], stepF = run.StepOtherF, stepA = run.StepRadialA, count = run.Count;
        nint stride = pairs.Stride, two = 2 * stride, slope = pairs.Slope, pairA = Step(segment, run.SlopeA),
            pairF = Step(segment, run.SlopeF);
        double* firstA = at[run.SlopeA] + run.OtherA, firstF = at[run.SlopeF] + run.OtherF, radial = pairs.Radial,
            direction = pairs.Directions;
        Vector512<double> weight = Vector512.Load(w);
        int repeat = run.Repeat;
        double** goal = pairs.Soon;
        nint far = pairs.SoonNext;
        nint radialA = run.RadialA, radialF = run.RadialF, nextRadial = pairs.NextRadial;
        for (int k = pairs.Count; k > 0; k--, firstA += pairA, firstF += pairF, radial += nextRadial, direction += 3, target += 3 * stride)
        {
            double* to = target, rf = firstF, ga = radial + radialA, soon = *goal++ + pairs.SoonAt;
            Vector512<double> g = weight * Vector512.Load(radial + radialF), d = weight * Vector512.Load(radial + slope + radialF);
            Vector512<double> a = weight * Vector512.Load(firstA), ax = weight * Vector512.Load(firstA + nextA);
            Vector512<double> ay = weight * Vector512.Load(firstA + 2 * nextA), az = weight * Vector512.Load(firstA + 3 * nextA);
            Vector512<double> ux = Vector512.Create(direction[0]), uy = Vector512.Create(direction[1]), uz = Vector512.Create(direction[2]);
            for (int r = repeat; r > 0; r--, to += count, soon += count, rf += stepF, ga += stepA)
            {
                Expect(soon, far);
                Vector512<double> along = Vector512.Create(rf[0]) * d, value = Vector512.Create(*ga);
                Vector512<double> x = Vector512.Create(rf[nextF]) * g, y = Vector512.Create(rf[2 * nextF]) * g,
                    z = Vector512.Create(rf[3 * nextF]) * g;
                along = Vector512.MultiplyAddEstimate(Vector512.Create(ga[slope]), a, along);
                x = Vector512.MultiplyAddEstimate(value, ax, x);
                y = Vector512.MultiplyAddEstimate(value, ay, y);
                z = Vector512.MultiplyAddEstimate(value, az, z);
                Vector512.Store(Vector512.MultiplyAddEstimate(ux, along, x), to);
                Vector512.Store(Vector512.MultiplyAddEstimate(uy, along, y), to + stride);
                Vector512.Store(Vector512.MultiplyAddEstimate(uz, along, z), to + two);
            }
        }
    }

    /// <summary>Runs of at most a vector of two or three leaves, one of whose channels runs: what products of three factors are. What does
    /// not change from run to run stays in registers.</summary>
    /// <typeparam name="TSlow">How many leaves' channels stand still.</typeparam>
    private static void Short<TSlow>(in Run run, in Pairs pairs, Segment segment, double** at, int* next, double* target, double* weights)
        where TSlow : struct, ITileRows
    {
        nint nextA = next[run.SlopeA], nextB = next[run.SlopeB], nextF = next[run.SlopeF], slope = pairs.Slope, stride = pairs.Stride,
            two = 2 * stride;
        nint pairA = Step(segment, run.SlopeA), pairB = Step(segment, run.SlopeB), pairF = Step(segment, run.SlopeF);
        nint stepA = run.StepOtherA, stepB = run.StepOtherB, stepF = run.StepOtherF, radialA = run.StepRadialA, radialB = run.StepRadialB,
            radialF = run.StepRadialF;
        nint stepWeights = run.StepWeights, far = pairs.SoonNext;
        int repeat = run.Repeat, first = run.Count, stepCount = run.StepCount;
        bool isPacked = run.IsPackedA, movesF = radialF != 0, movesB = stepB != 0;
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            double* ra = at[run.SlopeA] + run.OtherA + pair * pairA, rb = at[run.SlopeB] + run.OtherB + pair * pairB;
            double* rf = at[run.SlopeF] + run.OtherF + pair * pairF, radial = pairs.Radial + pair * pairs.NextRadial, w = weights;
            double* ga = radial + run.RadialA, gb = radial + run.RadialB, gf = radial + run.RadialF, to = target + 3 * pair * stride;
            double* u = pairs.Directions + 3 * pair, soon = pairs.Soon[pair] + pairs.SoonAt;
            Vector512<double> ux = Vector512.Create(u[0]), uy = Vector512.Create(u[1]), uz = Vector512.Create(u[2]);
            Vector512<double> g = Vector512.Load(gf), d = Vector512.Load(gf + slope), b = default, bx = default, by = default, bz = default;
            if (TSlow.Count > 1)
            {
                (b, bx, by, bz) = (Vector512.Load(rb), Vector512.Load(rb + nextB), Vector512.Load(rb + 2 * nextB),
                    Vector512.Load(rb + 3 * nextB));
            }

            for (int r = repeat, count = first; r > 0; r--, to += count, soon += count, count += stepCount)
            {
                Expect(soon, far);
                Vector512<double> weight = Vector512.Load(w);
                Vector512<double> along = Vector512.Create(rf[0]) * d, x = Vector512.Create(rf[nextF]) * g;
                Vector512<double> y = Vector512.Create(rf[2 * nextF]) * g, z = Vector512.Create(rf[3 * nextF]) * g;
                Add(ga, slope, ra, nextA, ref along, ref x, ref y, ref z);
                if (TSlow.Count > 1)
                {
                    Vector512<double> valueB = Vector512.Create(*gb);
                    along = Vector512.MultiplyAddEstimate(Vector512.Create(gb[slope]), b, along);
                    x = Vector512.MultiplyAddEstimate(valueB, bx, x);
                    y = Vector512.MultiplyAddEstimate(valueB, by, y);
                    z = Vector512.MultiplyAddEstimate(valueB, bz, z);
                    gb += radialB;
                    if (movesB)
                    {
                        rb += stepB;
                        (b, bx, by, bz) = (Vector512.Load(rb), Vector512.Load(rb + nextB), Vector512.Load(rb + 2 * nextB),
                            Vector512.Load(rb + 3 * nextB));
                    }
                }

                along *= weight;
                Vector512.Store(Vector512.MultiplyAddEstimate(ux, along, weight * x), to);
                Vector512.Store(Vector512.MultiplyAddEstimate(uy, along, weight * y), to + stride);
                Vector512.Store(Vector512.MultiplyAddEstimate(uz, along, weight * z), to + two);
                w += stepWeights;
                ra += isPacked ? count : stepA;
                rf += stepF;
                ga += radialA;
                if (movesF)
                {
                    gf += radialF;
                    (g, d) = (Vector512.Load(gf), Vector512.Load(gf + slope));
                }
            }
        }
    }

    /// <summary>Runs of up to three leaves.</summary>
    private static void Few(in Run run, in Pairs pairs, Segment segment, double** at, int* next, double* target, double* weights)
    {
        nint nextA = next[run.SlopeA], nextB = next[run.SlopeB], nextF = next[run.SlopeF], slope = pairs.Slope, stride = pairs.Stride,
            two = 2 * stride;
        nint pairA = Step(segment, run.SlopeA), pairB = Step(segment, run.SlopeB), pairF = Step(segment, run.SlopeF);
        bool hasA = run.Slow > 0, hasB = run.Slow > 1, hasF = run.Fast > 0;
        for (int pair = 0; pair < pairs.Count; pair++)
        {
            double* ra = at[run.SlopeA] + run.OtherA + pair * pairA, rb = at[run.SlopeB] + run.OtherB + pair * pairB;
            double* rf = at[run.SlopeF] + run.OtherF + pair * pairF, radial = pairs.Radial + pair * pairs.NextRadial, w = weights;
            double* ga = radial + run.RadialA, gb = radial + run.RadialB, g = radial + run.RadialF, to = target + 3 * pair * stride;
            double* u = pairs.Directions + 3 * pair, soon = pairs.Soon[pair] + pairs.SoonAt;
            Vector512<double> ux = Vector512.Create(u[0]), uy = Vector512.Create(u[1]), uz = Vector512.Create(u[2]);
            for (int r = run.Repeat, count = run.Count; r > 0; r--, to += count, soon += count, count += run.StepCount)
            {
                for (int j = 0; j < count; j += 8)
                {
                    Expect(soon + j, pairs.SoonNext);
                    Vector512<double> along = default, x = default, y = default, z = default;
                    if (hasF)
                    {
                        Vector512<double> v = Vector512.Load(g + j);
                        along = Vector512.Create(rf[0]) * Vector512.Load(g + slope + j);
                        x = Vector512.Create(rf[nextF]) * v;
                        y = Vector512.Create(rf[2 * nextF]) * v;
                        z = Vector512.Create(rf[3 * nextF]) * v;
                    }

                    if (hasA) Add(ga, slope, ra + j, nextA, ref along, ref x, ref y, ref z);
                    if (hasB) Add(gb, slope, rb + j, nextB, ref along, ref x, ref y, ref z);
                    Vector512<double> weight = Vector512.Load(w + j);
                    along *= weight;
                    Vector512.Store(Vector512.MultiplyAddEstimate(ux, along, weight * x), to + j);
                    Vector512.Store(Vector512.MultiplyAddEstimate(uy, along, weight * y), to + stride + j);
                    Vector512.Store(Vector512.MultiplyAddEstimate(uz, along, weight * z), to + two + j);
                }

                w += run.StepWeights;
                ra += run.IsPackedA ? count : run.StepOtherA;
                rb += run.StepOtherB;
                rf += run.StepOtherF;
                ga += run.StepRadialA;
                gb += run.StepRadialB;
                g += run.StepRadialF;
            }
        }
    }

    /// <summary>Asks for a line of each direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expect(double* soon, nint next)
    {
        CacheLine.FetchFar(soon);
        CacheLine.FetchFar(soon + next);
        CacheLine.FetchFar(soon + 2 * next);
    }

    /// <summary>A leaf whose channel stands still.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        double* radial, nint slope, double* r, nint next, ref Vector512<double> along, ref Vector512<double> x, ref Vector512<double> y,
        ref Vector512<double> z)
    {
        Vector512<double> value = Vector512.Create(*radial);
        along = Vector512.MultiplyAddEstimate(Vector512.Create(radial[slope]), Vector512.Load(r), along);
        x = Vector512.MultiplyAddEstimate(value, Vector512.Load(r + next), x);
        y = Vector512.MultiplyAddEstimate(value, Vector512.Load(r + 2 * next), y);
        z = Vector512.MultiplyAddEstimate(value, Vector512.Load(r + 3 * next), z);
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
            ra += run.IsPackedA ? count : run.StepOtherA;
            rb += run.StepOtherB;
            rf += run.StepOtherF;
            ga += run.StepRadialA;
            gb += run.StepRadialB;
            g += run.StepRadialF;
        }
    }

    /// <summary>Any number of factors, one after the other.</summary>
    private static void Many(RunList list, in Run run, in Pairs pairs, Segment segment, double** at, int* next, double* to, double* weights)
    {
        Clear(run, pairs, to);
        for (int t = run.First; t < run.End; t++)
        {
            RunTerm term = list.Terms[t];
            double weight = term.Weight;
            for (int k = 0; k < pairs.Count; k++)
            {
                double* r = at[term.Slope] + term.Other + k * Step(segment, term.Slope),
                    g = pairs.Radial + k * pairs.NextRadial + term.Radial, dg = g + pairs.Slope;
                for (int d = 0; d < 3; d++)
                {
                    double* by = r + (1 + d) * next[term.Slope], row = to + (3 * k + d) * pairs.Stride;
                    Add(weight * pairs.Directions[3 * k + d] * (term.IsFast ? r[0] : dg[0]), term.IsFast ? dg : r, weights, row, run.Count);
                    Add(weight * (term.IsFast ? by[0] : g[0]), term.IsFast ? g : by, weights, row, run.Count);
                }
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
