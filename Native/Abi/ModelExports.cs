using System;
using System.Runtime.InteropServices;
using System.Text.Json;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Native.Abi;

/// <summary>Models: the functions <c>toolkit_model_…</c> of toolkit.h.</summary>
internal static unsafe class ModelExports
{
    /// <summary>Reads a model's folder.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_model_open")]
    public static int Open(byte* path, nint* model) =>
        Handles.Try(() => *model = Handles.New(ModelFolder.Read(Handles.Text(path, nameof(path)))));

    /// <summary>What a model is, as JSON: species, cutoff, whether it sees neighbours alone, vector fields and where they are read from,
    /// whether it knows standard deviations, or grades of extrapolation.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_model_about")]
    public static int About(nint model, byte** text) => Handles.Try(() =>
    {
        FittedModel fitted = Handles.Get<FittedModel>(model);
        *text = JsonText.Of(json => Write(json, fitted));
    });

    /// <summary>Energy and derivatives of a structure.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_model_predict")]
    public static int Predict(nint model, StructureView* structure, int threads, PredictionView* prediction) => Handles.Try(() =>
        prediction->Write(Handles.Get<FittedModel>(model).Predict(StructureView.Read(structure), threads, prediction->HasDeviations)));

    /// <summary>The same of some atoms whose neighbours the caller has found.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_model_predict_pairs")]
    public static int PredictPairs(nint model, StructureView* structure, PairsView* pairs, int threads, PredictionView* prediction) =>
        Handles.Try(() =>
    {
        FittedModel fitted = Handles.Get<FittedModel>(model);
        Structure atoms = StructureView.Read(structure);
        using NeighborList list = pairs->Read(atoms, fitted.Cutoff);
        if (prediction->HasDeviations)
            throw new NotSupportedException("standard deviations are for whole structures: toolkit_model_predict");
        prediction->Write(fitted.Predict(atoms, list, new ReadOnlySpan<int>(pairs->Centres, checked((int)pairs->CentreCount)), threads));
    });

    /// <summary>How far atoms are from those that the model was fitted on.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_model_grades")]
    public static int Grades(nint model, StructureView* structure, int threads, double* grades) => Handles.Try(() =>
    {
        double[] found = Handles.Get<FittedModel>(model).Grades(StructureView.Read(structure), threads);
        found.CopyTo(new Span<double>(grades, found.Length));
    });

    private static void Write(Utf8JsonWriter json, FittedModel model)
    {
        json.WriteNumbers("species", model.Species);
        json.WriteNumber("cutoff", model.Cutoff);
        json.WriteBoolean("local", model.IsLocal);
        json.WriteBoolean("deviations", model.Doubts.HasDeviations);
        json.WriteBoolean("grades", model.HasGrades);
        json.WriteStartArray("fields");
        foreach (VectorField field in model.Features.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("key", field.Key);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteTexts("inputs", model.Inputs);
        json.WriteString("version", model.About.Version);
    }
}
