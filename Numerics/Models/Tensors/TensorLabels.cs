using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>Reads the dipoles or tensors of structures, of which only some may have one, and the weights of structures.</summary>
/// <param name="target">Which.</param>
/// <param name="keys">The names.</param>
internal sealed class TensorLabels(ModelTarget target, LabelKeys keys)
{
    private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);
    private string _key = "";

    private string Noun => target == ModelTarget.Dipole ? "dipole" : "tensor";

    /// <summary>The names that are used, after <see cref="Choose"/>.</summary>
    public LabelKeys Keys => new() { Tensor = _key, Weight = keys.Weight };

    /// <summary>Looks at all structures and decides on the names; how many structures there are.</summary>
    /// <exception cref="InputException">A name that was given is nowhere, or there is none of the usual ones.</exception>
    public int Choose(StructureSource source)
    {
        int count = 0;
        foreach ((Structure structure, _) in source.Read())
        {
            count++;
            _seen.UnionWith(structure.Properties.Keys);
        }
        string has = string.Join(", ", _seen.Count > 0 ? _seen : ["no such properties"]), option = $"--{Noun}-key";
        string[] usual = target == ModelTarget.Dipole ? LabelKeys.UsualDipole : LabelKeys.UsualTensor;
        if (keys.Weight is not null && !_seen.Contains(keys.Weight))
            throw new InputException(source.Name, null, null, $"no weight; there are {has}", $"the key {keys.Weight}");
        _key = (keys.Tensor is { } given ? [given] : usual).FirstOrDefault(_seen.Contains)
            ?? throw new InputException(source.Name, null, null, $"no {Noun}; there are {has}",
                keys.Tensor is not null ? $"the key {keys.Tensor}"
                    : $"the key {string.Join(" or ", usual)}, or another that {option} names");
        return count;
    }

    /// <summary>What one structure has: the Cartesian numbers, or null, and its weight.</summary>
    /// <exception cref="InputException">Values of another shape, not finite, or a tensor that is not symmetric.</exception>
    public (double[]? Values, double Weight) Read(Structure structure, FramePlace place)
    {
        double weight = 1;
        if (keys.Weight is not null && structure.Properties.TryGetValue(keys.Weight, out PropertyValue? w))
        {
            weight = IsNumbers(w) && w.IsScalar ? w.ToReals()[0] : double.NaN;
            if (!(weight >= 0 && double.IsFinite(weight))) throw place.Bad(keys.Weight, $"{w}", "a number of at least 0");
        }
        if (!structure.Properties.TryGetValue(_key, out PropertyValue? found)) return (null, weight);
        double[]? values = !IsNumbers(found) ? null : target == ModelTarget.Tensor ? Labels.Matrix(found) : found.Shape is [3]
            ? found.ToReals() : null;
        if (values is null)
        {
            throw place.Bad(_key, $"{found}",
                target == ModelTarget.Dipole ? "three numbers" : "a 3×3 matrix, or six numbers xx yy zz yz xz xy");
        }

        LabelReader.Require(values, _key, place);
        double size = values.Max(Math.Abs);
        for (int k = 0; target == ModelTarget.Tensor && k < 9; k++)
        {
            if (Math.Abs(values[k] - values[3 * (k % 3) + k / 3]) > 1e-3 * size)
            {
                throw place.Bad(_key, FormattableString.Invariant(
                    $"{values[k]:G6} beside {values[3 * (k % 3) + k / 3]:G6} across the diagonal"), "a symmetric matrix");
            }
        }

        return (values, weight);
    }

    private static bool IsNumbers(PropertyValue value) => value.Kind is PropertyKind.Real or PropertyKind.Integer;
}
