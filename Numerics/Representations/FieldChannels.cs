using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The channels (group, n) of a scalar field side by side, <c>[lm, channel padded to 8]</c>, as products over channels want
/// them; in an expansion each group's n are padded and other fields stand between the rows.
/// </summary>
internal sealed class FieldChannels
{
    private readonly int[] _groups;
    private readonly int _nmax, _groupStride;

    /// <summary>Those of the density.</summary>
    public FieldChannels(DensityExpansion expansion)
    {
        (_groups, _nmax, _groupStride, Width) = (expansion.Groups.ToArray(), expansion.NMax, expansion.GroupStride, expansion.Width);
        (LMax, Block) = (expansion.LMax, FeatureProgram<double>.Coefficients);
    }

    /// <summary>Those of a potential.</summary>
    /// <param name="field">The field.</param>
    /// <param name="block">The block of a program that has its values.</param>
    public FieldChannels(PotentialField field, int block)
    {
        (_groups, _nmax, _groupStride, Width) = (field.Groups, field.Basis.NMax, field.Basis.NMax, field.ChannelCount);
        (LMax, Block) = (field.LMax, block);
    }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>The block of a program that has the coefficients.</summary>
    public int Block { get; }

    /// <summary>Numbers of a row of it.</summary>
    public int Width { get; }

    /// <summary>The number of channels.</summary>
    public int Count => _groups.Length * _nmax;

    /// <summary>The number of (l, m).</summary>
    public int Rows => (LMax + 1) * (LMax + 1);

    /// <summary>Where a channel stands in a row of coefficients.</summary>
    public int Place(int channel) => channel / _nmax * _groupStride + channel % _nmax;

    /// <summary>The species label of a channel.</summary>
    public int Species(int channel) => _groups[channel / _nmax];

    /// <summary>The radial number of a channel.</summary>
    public int N(int channel) => channel % _nmax;

    /// <summary>Labels of the channels: species and n.</summary>
    public FeatureLabels Labels()
    {
        int[] values = new int[2 * Count];
        for (int q = 0; q < Count; q++)
            (values[2 * q], values[2 * q + 1]) = (Species(q), N(q));
        return new FeatureLabels(["species", "n"], values);
    }
}
