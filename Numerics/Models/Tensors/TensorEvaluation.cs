using System;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>Compares a model of dipoles or tensors with the labels of a data set.</summary>
public static class TensorEvaluation
{
    /// <summary>Compares the components of dipoles; of tensors those of each order, λ = 0 and λ = 2, in a basis that keeps
    /// lengths.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The structures; those without a label are passed over.</param>
    /// <param name="keys">The names of the labels; without one, the name that the model learned from.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="progress">Told how many structures are done; or null.</param>
    /// <exception cref="InputException">Names that are nowhere, values of another shape, structures that the model does not
    /// know.</exception>
    public static ModelEvaluation Run(
        FittedTensor model, StructureSource source, LabelKeys keys, int threads, FeatureProgress? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(keys);
        ModelTarget target = model.Target;
        TensorLabels labels = new(target, keys with { Tensor = keys.Tensor ?? model.About.Keys.Tensor });
        int total = labels.Choose(source), done = 0;
        int[] orders = [.. TensorShape.Orders(target).SelectMany(static l => Enumerable.Repeat(l, 2 * l + 1))];
        string unit = target == ModelTarget.Dipole ? "e·Å" : "1";
        return ModelEvaluation.Of(StructureStream.Each(source.Read(), threads, StructureStream.MostAtoms, (s, place, inside) =>
        {
            double[]? values = labels.Read(s, place).Values;
            return values is null ? default
                : (Reference: TensorShape.ToSpherical(target, values),
                Found: TensorShape.ToSpherical(target, model.Predict(s, inside).Values));
        }).Where(r =>
        {
            progress?.Invoke("structures compared", ++done, total);
            return r.Result.Reference is not null;
        }).Select(r => orders.Select((lambda, k) =>
            (lambda, target == ModelTarget.Dipole ? model.Name : $"{model.Name}, λ = {lambda}", unit, r.Result.Reference[k],
                r.Result.Found[k]))));
    }
}
