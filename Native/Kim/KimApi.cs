using System.Runtime.InteropServices;
using System.Text;

namespace Toolkit.Native.Kim;

/// <summary>The part of the KIM API, version 2, that a portable model calls. Its enumerations are structures of one int; the library is
/// there wherever a model is loaded.</summary>
internal static unsafe partial class KimApi
{
    /// <summary>Zero-based numbering.</summary>
    public const int ZeroBased = 0;

    /// <summary>Å, eV; units that a model does not use.</summary>
    public const int Angstrom = 1, ElectronVolt = 3, Unused = 0;

    /// <summary>The language of the routines: C.</summary>
    public const int LanguageC = 1;

    /// <summary>Names of routines.</summary>
    public const int ComputeArgumentsCreate = 1, Compute = 2, ComputeArgumentsDestroy = 6, Destroy = 7;

    /// <summary>Names of arguments.</summary>
    public const int Count = 0, SpeciesCodes = 1, Contributing = 2, Coordinates = 3, Energy = 4, Forces = 5, ParticleEnergy = 6, Virial = 7,
        ParticleVirial = 8;

    /// <summary>What a caller may leave out.</summary>
    public const int Optional = 3;

    private const int ErrorVerbosity = 2;

    private const string Library = "libkim-api.so.2";

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetModelNumbering")]
    public static partial int SetNumbering(nint create, int numbering);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetUnits")]
    public static partial int SetUnits(nint create, int length, int energy, int charge, int temperature, int time);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetInfluenceDistancePointer")]
    public static partial void SetInfluenceDistance(nint create, double* distance);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetNeighborListPointers")]
    public static partial void SetNeighborLists(nint create, int lists, double* cutoffs, int* contributingAlone);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetRoutinePointer")]
    public static partial int SetRoutine(nint create, int name, int language, int isRequired, void* routine);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetSpeciesCode")]
    public static partial int SetSpeciesCode(nint create, int species, int code);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_SetModelBufferPointer")]
    public static partial void SetBuffer(nint create, nint buffer);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCompute_GetModelBufferPointer")]
    public static partial void GetBuffer(nint compute, nint* buffer);

    [LibraryImport(Library, EntryPoint = "KIM_ModelDestroy_GetModelBufferPointer")]
    public static partial void GetBufferAtEnd(nint destroy, nint* buffer);

    [LibraryImport(Library, EntryPoint = "KIM_ModelComputeArgumentsCreate_SetArgumentSupportStatus")]
    public static partial int SetSupport(nint argumentsCreate, int argument, int status);

    [LibraryImport(Library, EntryPoint = "KIM_ModelComputeArguments_GetArgumentPointerInteger")]
    public static partial int GetIntegers(nint arguments, int name, int** pointer);

    [LibraryImport(Library, EntryPoint = "KIM_ModelComputeArguments_GetArgumentPointerDouble")]
    public static partial int GetReals(nint arguments, int name, double** pointer);

    [LibraryImport(Library, EntryPoint = "KIM_ModelComputeArguments_GetNeighborList")]
    public static partial int GetNeighbors(nint arguments, int list, int particle, int* count, int** neighbors);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCreate_LogEntry")]
    private static partial void LogCreate(nint create, int verbosity, byte* message, int line, byte* file);

    [LibraryImport(Library, EntryPoint = "KIM_ModelCompute_LogEntry")]
    private static partial void LogCompute(nint compute, int verbosity, byte* message, int line, byte* file);

    /// <summary>Writes an error to the engine's own log while a model is made.</summary>
    public static void ReportCreate(nint create, string message)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(message + "\0"), file = "toolkit\0"u8)
            LogCreate(create, ErrorVerbosity, text, 0, file);
    }

    /// <summary>Writes an error to the engine's own log while a model computes.</summary>
    public static void ReportCompute(nint compute, string message)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(message + "\0"), file = "toolkit\0"u8)
            LogCompute(compute, ErrorVerbosity, text, 0, file);
    }
}
