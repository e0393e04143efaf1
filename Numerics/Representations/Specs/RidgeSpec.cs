using System.Text.Json;

namespace Toolkit.Numerics.Representations;

/// <summary>Ridge regression on the features.</summary>
/// <param name="Regularizer">The weight of the penalty; null: by cross-validation.</param>
/// <param name="Folds">The number of parts of the data in cross-validation.</param>
public sealed record RidgeSpec(double? Regularizer, int Folds)
{
    private const string Ridge = "ridge";

    internal static SpecGroup Node { get; } = new("model", "what is fitted to the features; without it there are features only", SpecAbsence.Nothing,
    [
        new SpecChoice("kind", "the model", true, [new(Ridge, "ridge regression on standardised features")]),
        new SpecNumber("regularizer", "the weight of the penalty", "1", null, new(0, double.MaxValue) { AllowsAbove = true })
        {
            WhenAbsent = "by cross-validation",
        },
        new SpecInteger("folds", "the number of parts of the data in cross-validation", 5, 2, 1000),
    ]);

    internal static RidgeSpec? Read(SpecReader r) =>
        r.Has("$.model") ? new RidgeSpec(r.NumberIfAny("$.model.regularizer"), r.Integer("$.model.folds")) : null;

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("kind", Ridge);
        if (Regularizer is double regularizer)
        {
            json.WriteNumber("regularizer", regularizer);
        }

        json.WriteNumber("folds", Folds);
        json.WriteEndObject();
    }
}
