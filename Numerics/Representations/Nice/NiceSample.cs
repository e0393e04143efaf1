using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// The environments that an iteration is fitted on, as coefficients of the density: some of a data set, spread evenly over it.
/// </summary>
internal sealed unsafe class NiceSample
{
    private readonly DensityExpansion _expansion;
    private readonly long _all;
    private readonly int _most, _length;
    private readonly double[] _coefficients;
    private long _seen;

    /// <summary>None yet.</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="all">How many environments the data set has, at least 1.</param>
    /// <param name="most">The most that are taken.</param>
    public NiceSample(DensityExpansion expansion, long all, int most)
    {
        (_expansion, _all, _most) = (expansion, all, (int)Math.Min(all, most));
        _length = checked((expansion.LMax + 1) * (expansion.LMax + 1) * expansion.Width);
        _coefficients = new double[checked((long)_most * _length)];
    }

    /// <summary>How many there are so far.</summary>
    public int Count { get; private set; }

    /// <summary>Numbers of one environment.</summary>
    public int Length => _length;

    /// <summary><c>[environment, lm, column, n padded]</c>.</summary>
    public double[] Coefficients => _coefficients;

    /// <summary>What tells one sample from another.</summary>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<double> rest = _coefficients.AsSpan(0, Count * _length);
        for (int piece = 1 << 20; rest.Length > 0; rest = rest[Math.Min(piece, rest.Length)..])
        {
            hash.AppendData(MemoryMarshal.AsBytes(rest[..Math.Min(piece, rest.Length)]));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Takes the environments of one structure whose turn it is.</summary>
    /// <param name="structure">The next structure of the data set.</param>
    /// <param name="centres">Its atoms that belong to the data set; null: all.</param>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Add(Structure structure, int[]? centres = null)
    {
        int count = centres?.Length ?? structure.Count;
        Surroundings? around = null;
        EnvironmentScratch? scratch = null;
        for (int i = 0; i < count; i++, _seen++)
        {
            // Every environment stands for as many others: the k-th is the first at or behind k · all / most.
            if (Count == _most || _seen < (long)Count * _all / _most)
            {
                continue;
            }

            around ??= _expansion.Around(structure, 1);
            scratch ??= _expansion.CreateScratch();
            _expansion.Expand(around, centres?[i] ?? i, scratch);
            new ReadOnlySpan<double>(scratch.Coefficients, _length).CopyTo(_coefficients.AsSpan((int)((long)Count * _length), _length));
            Count++;
        }

        around?.Pairs.Dispose();
        scratch?.Dispose();
    }
}
