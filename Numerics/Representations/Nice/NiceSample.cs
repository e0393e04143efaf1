using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// The environments that an iteration is fitted on, as coefficients of the fields: some of a data set, spread evenly over it.
/// </summary>
internal sealed unsafe class NiceSample
{
    private readonly NiceFields _fields;
    private readonly PotentialField[] _potentials;
    private readonly long _all;
    private readonly int _most, _length, _expanded;
    private readonly double[] _coefficients;
    private readonly int[] _species;
    private readonly int[]? _chosen;
    private long _seen;

    /// <summary>None yet.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="all">How many environments the data set has, at least 1.</param>
    /// <param name="most">The most that are taken.</param>
    public NiceSample(NiceFields fields, long all, int most)
    {
        (_fields, _all, _most) = (fields, all, (int)Math.Min(all, most));
        _potentials = fields.Potentials.Select(static p => p.Field).ToArray();
        _expanded = checked((fields.Expansion.LMax + 1) * (fields.Expansion.LMax + 1) * fields.Expansion.Width);
        _length = checked(_expanded + _potentials.Sum(static p => (p.ValuesPerCentre + 7) / 8 * 8));
        _coefficients = GC.AllocateArray<double>(checked(_most * _length), pinned: true);
        _species = new int[_most];
    }

    private NiceSample(NiceSample all, int[] chosen)
    {
        (_fields, _potentials, _all, _most, _length, _expanded) =
            (all._fields, all._potentials, all._all, all._most, all._length, all._expanded);
        (_coefficients, _species, _chosen, Count) = (all._coefficients, all._species, chosen, chosen.Length);
    }

    /// <summary>How many there are so far.</summary>
    public int Count { get; private set; }

    /// <summary>The species of the centres, increasing.</summary>
    public int[] Species => _species.Take(Count).Distinct().Order().ToArray();

    /// <summary>The environments of one species at the centre, all of a whole sample.</summary>
    public NiceSample Of(int species) => new(this, Enumerable.Range(0, Count).Where(i => _species[i] == species).ToArray());

    /// <summary>What tells one sample from another.</summary>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<double> rest = _coefficients.AsSpan(0, Count * _length);
        for (int piece = 1 << 20; rest.Length > 0; rest = rest[Math.Min(piece, rest.Length)..])
            hash.AppendData(MemoryMarshal.AsBytes(rest[..Math.Min(piece, rest.Length)]));

        hash.AppendData(MemoryMarshal.AsBytes(_species.AsSpan(0, Count)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Says where the coefficients of some environments are.</summary>
    /// <param name="blocks">The blocks of a program.</param>
    /// <param name="first">The first environment.</param>
    /// <param name="count">How many.</param>
    public void Point(BlockMemory<double> blocks, int first, int count)
    {
        double* all = (double*)Marshal.UnsafeAddrOfPinnedArrayElement(_coefficients, 0);
        for (int k = 0; k < count; k++)
        {
            double* at = all + (nint)(_chosen is null ? first + k : _chosen[first + k]) * _length;
            double* next = at + _expanded;
            blocks.Point(FeatureProgram<double>.Coefficients, k, at, null);
            for (int p = 0; p < _potentials.Length; p++)
            {
                blocks.Point(1 + p, k, next, null);
                next += (_potentials[p].ValuesPerCentre + 7) / 8 * 8;
            }
        }
    }

    /// <summary>Takes the environments of one structure whose turn it is.</summary>
    /// <param name="structure">The next structure of the data set.</param>
    /// <param name="centres">Its atoms that belong to the data set; null: all.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors or charges that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Add(Structure structure, int[]? centres = null)
    {
        int count = centres?.Length ?? structure.Count;
        StructureFields? fields = null;
        EnvironmentScratch? scratch = null;
        for (int i = 0; i < count; i++, _seen++)
        {
            // Every environment stands for as many others: the k-th is the first at or behind k · all / most.
            if (Count == _most || _seen < (long)Count * _all / _most)
                continue;

            fields ??= new StructureFields([_fields.Expansion], _potentials, structure, 1, false);
            scratch ??= _fields.Expansion.CreateScratch();
            int centre = centres?[i] ?? i;
            _fields.Expansion.Expand<double>(fields.Around[0], centre, scratch);
            Span<double> to = _coefficients.AsSpan(Count * _length, _length);
            new ReadOnlySpan<double>(scratch.Coefficients, _expanded).CopyTo(to);
            to = to[_expanded..];
            for (int p = 0; p < _potentials.Length; p++)
            {
                new ReadOnlySpan<double>(fields.Values(p, centre), _potentials[p].ValuesPerCentre).CopyTo(to);
                to = to[((_potentials[p].ValuesPerCentre + 7) / 8 * 8)..];
            }

            _species[Count++] = structure.Species[centre];
        }

        fields?.Dispose();
        scratch?.Dispose();
    }
}
