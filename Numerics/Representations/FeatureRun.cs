using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Makes the features of a data set in two walks: one that finds out what they will be and how many, one that computes them,
/// batch after batch, in memory that does not grow with the data set.
/// </summary>
/// <remarks>
/// A batch is a part of one structure's atoms, or several small structures. Beside it stand the structure itself with its neighbours and,
/// with means and gradients together, the mean's gradient.
/// </remarks>
public sealed class FeatureRun
{
    // Doubles of a batch: 16 MiB of values, and 64 MiB of gradients unless one atom's need more.
    private const long MostValues = 1 << 21, MostGradients = 1 << 23;

    // Atoms: a structure of no more is not worth the work of several threads.
    private const int SmallStructure = 128;

    private readonly StructureSource _source;
    private readonly FeatureRequest _request;
    private readonly CentreChoice _choice;
    private readonly RepresentationSet _set;
    private readonly IReadOnlyList<int> _centres;
    private readonly int _firstStructure, _endStructure;
    private double[] _values = [];
    private float[] _singles = [];
    private FeatureGradients? _reuse;

    private FeatureRun(PreparedFeatures prepared, StructureSource source, FeatureRequest request)
    {
        (Spec, _set, _centres) = (prepared.Spec, prepared.Set, prepared.Centres);
        (_source, _request, _choice) = (source, request, new CentreChoice(request.CentreSpecies, request.CentreMask));
        (int part, int parts) = request.Shard ?? (1, 1);
        _firstStructure = (int)((long)_centres.Count * (part - 1) / parts);
        _endStructure = (int)((long)_centres.Count * part / parts);
        for (int s = _firstStructure; s < _endStructure; s++)
        {
            CentreCount += _centres[s];
            SampleCount += request.IsAveraged ? Math.Min(1, _centres[s]) : _centres[s];
        }

        Layout = LayoutOf(prepared.Representations);
    }

    /// <summary>The specification with all that it left to the data.</summary>
    public Spec Spec { get; }

    /// <summary>What a fit that was made for the run keeps and drops, a line for each step.</summary>
    public IReadOnlyList<string> FitReport { get; private init; } = [];

    /// <summary>What the features are.</summary>
    public FeatureLayout Layout { get; }

    /// <summary>The number of structures.</summary>
    public int StructureCount => _endStructure - _firstStructure;

    /// <summary>The number of atoms whose features are computed.</summary>
    public long CentreCount { get; }

    /// <summary>The number of rows.</summary>
    public long SampleCount { get; }

    /// <summary>The number of rows of gradients.</summary>
    public long GradientRowCount { get; private set; }

    /// <summary>Walks through the structures once, and again where the specification leaves a contraction or a fit to them.</summary>
    /// <param name="spec">How features are made.</param>
    /// <param name="source">The structures; they must be the same in every walk.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">Which features.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="ArgumentException">A request that contradicts itself.</exception>
    /// <exception cref="InputException">An element without channels; atoms at the same place or too far from the cell; vectors that
    /// are absent, of another shape or not finite; a mask that is none; no atoms that are wanted; blocks that there are not; a basis
    /// that cannot be made; a fit of another specification; more rows than can be numbered.</exception>
    public static FeatureRun Prepare(
        Spec spec, StructureSource source, string specSource, FeatureRequest request, FeatureProgress? progress = null,
            CouplingTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(request);
        if (request.Shard is var (part, parts) && !(part >= 1 && part <= parts))
            throw new ArgumentException($"expected a part from 1 to {parts}; got {part}", nameof(request));

        PreparedFeatures prepared = PreparedFeatures.FromData(spec, source, specSource, request, progress, table);
        FeatureRun run = new(prepared, source, request)
        {
            FitReport = request.Fitted is null && prepared.Nice is { } fit ? NiceReport.Lines(fit).ToArray() : [],
        };
        // Of few structures a part may have none.
        if (prepared.Centres.All(static n => n == 0))
            throw new InputException(source.Name, null, null, "no atom whose features are wanted", "structures with such atoms");

        if (run.Layout.Blocks.Count < (request.Blocks?.Count ?? 0))
        {
            string there = string.Join(", ", FeatureBlocks.Of(prepared.Representations).Select(static b => $"({b.Lambda}, {b.Sigma})"));
            throw new InputException(
                specSource, null, "$.representation", run.Layout.IsEquivariant ? $"the blocks (λ, σ) {there}" : "invariants",
                $"blocks {string.Join(", ", request.Blocks!.Select(static b => $"({b.Lambda}, {b.Sigma})"))}");
        }

        if (request.HasGradients)
        {
            if (run._set.Potentials.Count > 0)
            {
                throw new InputException(
                    specSource, null, "$.fields",
                        $"the potential {run._set.Potentials[0].Name}, with which every feature depends on every atom",
                    "no potential where gradients are written out");
            }

            run.CountGradientRows(progress);
        }

        if (run.SampleCount > int.MaxValue)
            throw new InputException(source.Name, null, null, $"{run.SampleCount} atoms", $"at most {int.MaxValue} in one file (--shard)");

        return run;
    }

    /// <summary>Computes all features.</summary>
    /// <param name="sink">Receives them.</param>
    /// <param name="progress">Told how many atoms are done; or null.</param>
    /// <exception cref="InputException">Atoms at the same place or too far from the cell; more numbers of one atom than memory
    /// holds; structures that are not those of the first walk.</exception>
    public void Compute(IFeatureSink sink, FeatureProgress? progress = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        long samples = 0, done = 0, grouped = 0;
        List<Item> group = [];
        foreach (Item item in Wanted())
        {
            if (item.Centres.Length != _centres[item.Index])
            {
                throw item.Place.Bad(null, $"{item.Centres.Length} atoms",
                    $"{_centres[item.Index]}, as before: the file must not change while it is read");
            }

            if (item.Centres.Length == 0)
                continue;

            // A potential's sums over the whole structure have work for all threads.
            bool isSmall = !_request.HasGradients && _set.Potentials.Count == 0 && item.Centres.Length <= SmallStructure;
            if (!isSmall || (grouped + item.Centres.Length) * _set.FeatureCount > MostValues
                || grouped >= SmallStructure * _request.Threads)
            {
                Flush();
            }

            if (isSmall)
            {
                group.Add(item);
                grouped += item.Centres.Length;
            }
            else
            {
                AddLarge(item, (int)samples, sink, atoms => progress?.Invoke("atoms", done + atoms, CentreCount));
                samples += _request.IsAveraged ? 1 : item.Centres.Length;
                done += item.Centres.Length;
            }
        }

        Flush();
        if (done != CentreCount)
        {
            throw new InputException(
                _source.Name, null, null, $"{done} atoms", $"{CentreCount}, as before: the file must not change while it is read");
        }

        _values = [];
        _singles = [];
        _reuse = null;

        void Flush()
        {
            if (group.Count == 0)
                return;

            if (_request.IsSingle) AddSmall<float>(group, sink);
            else AddSmall<double>(group, sink);
            samples += _request.IsAveraged ? group.Count : grouped;
            done += grouped;
            progress?.Invoke("atoms", done, CentreCount);
            grouped = 0;
            group.Clear();
        }
    }

    private FeatureLayout LayoutOf(IReadOnlyList<Representation> representations)
    {
        bool isEquivariant = representations[0] is EquivariantRepresentation;
        return new FeatureLayout
        {
            RowLength = _set.FeatureCount,
            Blocks = [.. FeatureBlocks.Of(representations)
                .Where(b => _request.Blocks is null || (isEquivariant && _request.Blocks.Contains((b.Lambda, b.Sigma))))],
            IsEquivariant = isEquivariant,
            Spec = Spec.ToJson(),
            Sources = _source.Names,
            HasGradients = _request.HasGradients,
            Fields = _set.Fields.Select(static f => f.Name).ToArray(),
            IsAveraged = _request.IsAveraged,
            IsSingle = _request.IsSingle,
            Fit = representations.OfType<NiceFeatures>().SelectMany(static nice => NiceReport.Lines(nice.Fit)).ToArray(),
            Attachments = representations.OfType<NiceFeatures>().SelectMany(static nice => NiceFile.Attachments(nice.Fit)).ToArray(),
        };
    }

    /// <summary>The structures of the part that is wanted, with their numbers among all.</summary>
    private IEnumerable<Item> Wanted()
    {
        int index = 0;
        foreach ((Structure structure, FramePlace place) in _source.Read())
        {
            if (index >= _endStructure)
                yield break;

            if (index >= _firstStructure)
                yield return new Item(index, structure, place, _choice.Of(structure, place));

            index++;
        }
    }

    private void CountGradientRows(FeatureProgress? progress)
    {
        long done = 0;
        foreach (Item item in Wanted())
        {
            try
            {
                using RepresentationSet.SurroundedStructure surrounded = _set.Surround(item.Structure, _request.Threads);
                GradientRowCount += _request.IsAveraged
                    ? surrounded.Union(item.Centres).Length
                    : surrounded.RowCounts(item.Centres).Sum(static n => (long)n);
            }
            catch (Exception e) when (Told(item, e) is { } told)
            {
                throw told;
            }

            done += item.Centres.Length;
            progress?.Invoke("atoms with their neighbours counted", done, CentreCount);
        }
    }

    /// <summary>What to say of a structure whose features cannot be made; null: it is another exception.</summary>
    private InputException? Told(Item item, Exception e) => e switch
    {
        ArgumentException wrong => Features.Misplaced(item.Place, wrong),
        OverflowException or OutOfMemoryException => item.Place.Bad(
            null,
            $"{item.Structure.Count} atoms with {_set.FeatureCount} features{(_request.HasGradients ? " and their gradients" : "")}, more than memory holds",
            "a smaller structure, cutoff, nmax or lmax"),
        _ => null,
    };

    /// <summary>Structures of few atoms, whose environments fill batches together.</summary>
    private void AddSmall<T>(List<Item> group, IFeatureSink sink)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = _set.FeatureCount;
        int[] first = new int[group.Count + 1];
        for (int k = 0; k < group.Count; k++)
            first[k + 1] = checked(first[k] + group[k].Centres.Length * length);

        Span<T> values = Values<T>(first[^1]);
        var failed = new InputException?[group.Count];
        var surrounded = new RepresentationSet.SurroundedStructure?[group.Count];
        try
        {
            Threads.Share(group.Count, _request.Threads, k =>
            {
                try
                {
                    surrounded[k] = _set.Surround(group[k].Structure, 1);
                }
                catch (Exception e) when (Told(group[k], e) is { } told)
                {
                    failed[k] = told;
                }
            });
            if (Array.Find(failed, static f => f is not null) is { } error)
                throw error;

            _set.Compute(surrounded!, group.Select(static g => g.Centres).ToArray(), Values<T>(first[^1]), _request.Threads);
        }
        finally
        {
            Array.ForEach(surrounded, static s => s?.Dispose());
        }

        if (!_request.IsAveraged)
        {
            sink.Add(Batch<T>(group.SelectMany(static g => Samples(g, g.Centres)).ToArray(), values));
            return;
        }

        double[] means = new double[group.Count * length];
        for (int k = 0; k < group.Count; k++)
        {
            Span<double> mean = means.AsSpan(k * length, length);
            AddRows<T>(values[first[k]..first[k + 1]], mean);
            Divide(mean, group[k].Centres.Length);
        }

        sink.Add(new FeatureBatch { Samples = group.Select(static g => g.Index).ToArray(), Values = means });
    }

    private void AddLarge(Item item, int sample, IFeatureSink sink, Action<int> done)
    {
        try
        {
            using RepresentationSet.SurroundedStructure surrounded = _set.Surround(item.Structure, _request.Threads);
            if (_request.IsAveraged)
                AddMean(surrounded, item.Centres, item.Index, sample, sink, done);
            else
                AddAtoms(surrounded, item, sample, sink, done);
        }
        catch (Exception e) when (Told(item, e) is { } told)
        {
            throw told;
        }
    }

    private static int[] Samples(Item item, int[] centres)
    {
        int[] samples = new int[3 * centres.Length];
        for (int k = 0; k < centres.Length; k++)
            (samples[3 * k], samples[3 * k + 1], samples[3 * k + 2]) = (item.Index, centres[k], item.Structure.Species[centres[k]]);

        return samples;
    }

    private void AddAtoms(RepresentationSet.SurroundedStructure surrounded, Item item, int first, IFeatureSink sink, Action<int> done)
    {
        foreach ((int[] part, int start) in Parts(surrounded, item.Centres))
        {
            int[] samples = Samples(item, part);
            if (!_request.HasGradients)
            {
                sink.Add(_request.IsSingle ? Batch<float>(samples, Values<float>(surrounded, part))
                    : Batch<double>(samples, Values<double>(surrounded, part)));
            }
            else
            {
                FeatureGradients g = _reuse = surrounded.ComputeWithGradients(part, _request.Threads, _reuse);
                int[] rows = new int[3 * g.Atoms.Length];
                for (int k = 0; k < part.Length; k++)
                {
                    for (int row = g.Offsets[k]; row < g.Offsets[k + 1]; row++)
                        (rows[3 * row], rows[3 * row + 1], rows[3 * row + 2]) = (first + start + k, item.Index, g.Atoms[row]);
                }

                sink.Add(new FeatureBatch
                {
                    Samples = samples,
                    Values = g.Values,
                    GradientSamples = rows,
                    Gradients = g.Gradients,
                    VectorGradients = g.VectorGradients,
                });
            }

            done(start + part.Length);
        }
    }

    private void AddMean(
        RepresentationSet.SurroundedStructure surrounded, int[] centres, int index, int sample, IFeatureSink sink, Action<int> done)
    {
        int length = _set.FeatureCount, fields = _set.Fields.Count;
        int[] movers = _request.HasGradients ? surrounded.Union(centres) : [];
        double[] mean = new double[length];
        double[] positions = new double[checked(movers.Length * 3 * length)], vectors = new double[checked(positions.Length * fields)];
        foreach ((int[] part, int start) in Parts(surrounded, centres))
        {
            if (!_request.HasGradients)
            {
                if (_request.IsSingle) AddRows<float>(Values<float>(surrounded, part), mean);
                else AddRows<double>(Values<double>(surrounded, part), mean);
            }
            else
            {
                FeatureGradients g = _reuse = surrounded.ComputeWithGradients(part, _request.Threads, _reuse);
                AddRows<double>(g.Values, mean);
                for (int row = 0; row < g.Atoms.Length; row++)
                {
                    int to = Array.BinarySearch(movers, g.Atoms[row]), size = 3 * length;
                    AddRows<double>(g.Gradients.Slice(row * size, size), positions.AsSpan(to * size, size));
                    AddRows<double>(g.VectorGradients.Slice(row * fields * size, fields * size),
                        vectors.AsSpan(to * fields * size, fields * size));
                }
            }

            done(start + part.Length);
        }

        foreach (double[] sums in (double[][])[mean, positions, vectors])
            Divide(sums, centres.Length);

        sink.Add(new FeatureBatch
        {
            Samples = [index],
            Values = mean,
            GradientSamples = movers.SelectMany(j => (int[])[sample, index, j]).ToArray(),
            Gradients = positions,
            VectorGradients = vectors,
        });
    }

    /// <summary>Adds rows as long as the sum.</summary>
    private static void AddRows<T>(ReadOnlySpan<T> rows, Span<double> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int at = 0; at < rows.Length; at += sum.Length)
        {
            for (int k = 0; k < sum.Length; k++)
                sum[k] += double.CreateChecked(rows[at + k]);
        }
    }

    private static void Divide(Span<double> sums, int count)
    {
        for (int k = 0; k < sums.Length; k++)
            sums[k] /= count;
    }

    private static FeatureBatch Batch<T>(int[] samples, Span<T> values)
        where T : unmanaged => typeof(T) == typeof(float)
            ? new FeatureBatch { Samples = samples, SingleValues = MemoryMarshal.Cast<T, float>(values) }
            : new FeatureBatch { Samples = samples, Values = MemoryMarshal.Cast<T, double>(values) };

    private Span<T> Values<T>(RepresentationSet.SurroundedStructure surrounded, int[] part)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> values = Values<T>(checked(part.Length * _set.FeatureCount));
        surrounded.Compute(part, values, _request.Threads);
        return values;
    }

    /// <summary>Memory for as many numbers, the same every time.</summary>
    private Span<T> Values<T>(int size)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            if (_singles.Length < size)
                _singles = GC.AllocateUninitializedArray<float>(size);

            return MemoryMarshal.Cast<float, T>(_singles.AsSpan(0, size));
        }

        if (_values.Length < size)
            _values = GC.AllocateUninitializedArray<double>(size);

        return MemoryMarshal.Cast<double, T>(_values.AsSpan(0, size));
    }

    /// <summary>The centres in parts that fit into a batch, with the place of the first of each.</summary>
    private IEnumerable<(int[] Part, int First)> Parts(RepresentationSet.SurroundedStructure surrounded, int[] centres)
    {
        int[]? rows = _request.HasGradients ? surrounded.RowCounts(centres) : null;
        long row = 3L * (1 + _set.Fields.Count) * _set.FeatureCount;
        for (int first = 0, end; first < centres.Length; first = end)
        {
            long values = 0, gradients = 0;
            for (end = first; end < centres.Length; end++)
            {
                values += _set.FeatureCount;
                gradients += rows is null ? 0 : rows[end] * row;
                if (end > first && (values > MostValues || gradients > MostGradients))
                    break;
            }

            yield return (end - first == centres.Length ? centres : centres[first..end], first);
        }
    }

    /// <summary>A structure that is wanted, its number among all, and its atoms that get features.</summary>
    private readonly record struct Item(int Index, Structure Structure, FramePlace Place, int[] Centres);
}
