namespace Toolkit.Numerics.Models;

/// <summary>How far a model is from one kind of label on a set of structures.</summary>
/// <param name="Label">energy, forces, virial, stress, or the name of a field.</param>
/// <param name="Species">The element whose atoms count; null: all.</param>
/// <param name="Unit">Of the errors.</param>
/// <param name="Count">How many numbers were compared.</param>
/// <param name="RootMeanSquare">The root of the mean square error.</param>
/// <param name="Mean">The mean of the sizes of the errors.</param>
/// <param name="Largest">The largest of them.</param>
/// <param name="Deviation">The standard deviation of the labels; of energies, less the model's baseline.</param>
public sealed record LabelError(
    string Label, string? Species, string Unit, long Count, double RootMeanSquare, double Mean, double Largest, double Deviation)
{
    /// <summary>The root mean square error in % of the labels' standard deviation; null where they do not vary.</summary>
    public double? Percent => Deviation > 0 ? 100 * RootMeanSquare / Deviation : null;
}
