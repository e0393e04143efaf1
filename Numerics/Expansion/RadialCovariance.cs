using System;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// How the density's coefficients of different radial functions vary together over a data set:
/// C_{a l; n n'} = Σ_i Σ_m c_{a n l m}(i) c_{a n' l m}(i) / N over N environments i, for each group a of channels and each l. It does
/// not change when a structure is rotated.
/// </summary>
/// <remarks>
/// The eigenvectors of the largest eigenvalues are the combinations of radial functions that keep most of the coefficients'
/// mean square: an expansion with them is the best of its size on this data (A. Goscinski, F. Musil, S. Pozdnyakov, J. Nigam,
/// M. Ceriotti, J. Chem. Phys. 155, 104106, 2021). Means are not taken off: for l > 0 they are zero over all orientations.
/// </remarks>
public sealed class RadialCovariance
{
    private readonly DensityExpansion _expansion;
    private readonly double[] _sum;

    /// <summary>The covariance over no environments yet.</summary>
    /// <param name="expansion">The expansion with the radial functions to choose from.</param>
    public RadialCovariance(DensityExpansion expansion)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        _expansion = expansion;
        _sum = new double[expansion.Groups.Length * (expansion.LMax + 1) * expansion.NMax * expansion.NMax];
    }

    /// <summary>The number of environments so far.</summary>
    public int Environments { get; private set; }

    /// <summary>Adds all environments of a structure.</summary>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Add(Structure structure)
    {
        double[] coefficients = _expansion.Compute(structure);
        int nmax = _expansion.NMax, groups = _expansion.Groups.Length, lmax = _expansion.LMax,
            rows = structure.Count * (lmax + 1) * (lmax + 1);
        for (int row = 0; row < rows; row++)
        {
            int l = (int)Math.Sqrt(row % ((lmax + 1) * (lmax + 1)));
            for (int group = 0; group < groups; group++)
            {
                ReadOnlySpan<double> c = coefficients.AsSpan((row * groups + group) * nmax, nmax);
                Span<double> sum = Part(_sum, group, l);
                for (int n = 0; n < nmax; n++)
                {
                    for (int k = 0; k < nmax; k++)
                        sum[n * nmax + k] += c[n] * c[k];
                }
            }
        }
        Environments += structure.Count;
    }

    /// <summary>C of one group and l.</summary>
    /// <param name="group">Index in <see cref="DensityExpansion.Groups"/>.</param>
    /// <param name="l">l.</param>
    /// <returns><c>[n, n']</c>, zero without environments.</returns>
    public double[] Of(int group, int l) => Part(_sum, group, l).ToArray().Select(x => x / Math.Max(1, Environments)).ToArray();

    /// <summary>C of one l, summed over all groups.</summary>
    /// <returns><c>[n, n']</c>, zero without environments.</returns>
    public double[] Of(int l)
    {
        double[] sum = Of(0, l);
        for (int group = 1; group < _expansion.Groups.Length; group++)
        {
            double[] part = Of(group, l);
            for (int k = 0; k < sum.Length; k++)
                sum[k] += part[k];
        }
        return sum;
    }

    /// <summary>The eigenvalues of C of one l, summed over all groups: the mean square of each new coefficient.</summary>
    /// <returns><c>[k]</c>, falling, none negative.</returns>
    public double[] Spectrum(int l) => LeadingEigen.Decompose(_expansion.NMax, Of(l)).Values;

    /// <summary>The fewest functions that keep a part of the mean square of the coefficients of every l.</summary>
    /// <param name="captured">The part to keep at least, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not such a part.</exception>
    /// <exception cref="InvalidOperationException">There is no environment yet.</exception>
    public RadialContraction Contract(double captured)
    {
        if (!(captured > 0 && captured <= 1))
            throw new ArgumentOutOfRangeException(nameof(captured), captured, "expected a part above 0 and at most 1");
        int most = 1;
        for (int l = 0; l <= _expansion.LMax; l++)
        {
            double[] values = Spectrum(l);
            double all = values.Sum(), sum = 0;
            int count = 0;
            while (count < values.Length && sum < captured * all)
                sum += values[count++];
            most = Math.Max(most, count);
        }
        return Contract(most);
    }

    /// <summary>The functions that keep most of the mean square, as many for each l.</summary>
    /// <param name="nmax">How many.</param>
    /// <returns>Orthonormal combinations, eigenvalues falling; the largest weight of each is positive.</returns>
    /// <exception cref="ArgumentOutOfRangeException">None, or more than there are.</exception>
    /// <exception cref="InvalidOperationException">There is no environment yet.</exception>
    public RadialContraction Contract(int nmax)
    {
        if (Environments == 0) throw new InvalidOperationException("no environment has been added");
        int source = _expansion.NMax;
        if (nmax < 1 || nmax > source) throw new ArgumentOutOfRangeException(nameof(nmax), nmax, $"expected 1 … {source} functions");
        double[] weights = new double[(_expansion.LMax + 1) * nmax * source];
        for (int l = 0; l <= _expansion.LMax; l++)
        {
            double[] vectors = LeadingEigen.Decompose(source, Of(l)).Vectors;
            vectors.AsSpan(0, nmax * source).CopyTo(weights.AsSpan(l * nmax * source));
        }
        return new RadialContraction(_expansion.LMax, nmax, source, weights);
    }

    private Span<double> Part(double[] all, int group, int l)
    {
        int size = _expansion.NMax * _expansion.NMax;
        return all.AsSpan((group * (_expansion.LMax + 1) + l) * size, size);
    }
}
