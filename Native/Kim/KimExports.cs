using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Toolkit.Native.Abi;

namespace Toolkit.Native.Kim;

/// <summary>
/// A portable model of the KIM API, which LAMMPS and other engines load by name: the shared library lies in a folder of the model's name,
/// and the model beside it, in the folder <c>model</c>; or in the folder <c>grade</c>, where atoms' energies are to be their grades
/// of extrapolation.
/// </summary>
internal static unsafe partial class KimExports
{
    private const int Done = 0, Failed = 1;

    [StructLayout(LayoutKind.Sequential)]
    private struct Place
    {
        public byte* File;
        public void* Base;
        public byte* Symbol;
        public void* Address;
    }

    [LibraryImport("libc", EntryPoint = "dladdr")]
    private static partial int Locate(void* address, Place* place);

    /// <summary>Makes the model; the units that the engine asks for are converted by the API.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_kim_create")]
    public static int Create(nint create, int length, int energy, int charge, int temperature, int time)
    {
        try
        {
            Place place;
            delegate* unmanaged<nint, int, int, int, int, int, int> own = &Create;
            if (Locate(own, &place) == 0) throw new InvalidOperationException("the library does not find itself");
            string folder = Path.GetDirectoryName(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(place.File)))!;
            if (WiderLibrary.Find(folder) is string wider)
            {
                var other = (delegate* unmanaged<nint, int, int, int, int, int, int>)NativeLibrary.GetExport(
                    NativeLibrary.Load(wider), "toolkit_kim_create");
                return other(create, length, energy, charge, temperature, time);
            }

            string grade = Path.Combine(folder, "grade");
            KimModel model = Directory.Exists(grade) ? new(grade, true) : new(Path.Combine(folder, "model"), false);
            Require(KimApi.SetNumbering(create, KimApi.ZeroBased));
            Require(KimApi.SetUnits(create, KimApi.Angstrom, KimApi.ElectronVolt, KimApi.Unused, KimApi.Unused, KimApi.Unused));
            KimApi.SetInfluenceDistance(create, model.Cutoff);
            KimApi.SetNeighborLists(create, 1, model.Cutoff, model.ContributingAlone);
            foreach (int z in model.Model.Species)
                Require(KimApi.SetSpeciesCode(create, z, z));
            delegate* unmanaged<nint, nint, int> computeCreate = &ComputeArgumentsCreate, compute = &Compute,
                computeDestroy = &ComputeArgumentsDestroy;
            delegate* unmanaged<nint, int> destroy = &Destroy;
            Require(KimApi.SetRoutine(create, KimApi.ComputeArgumentsCreate, KimApi.LanguageC, 1, computeCreate));
            Require(KimApi.SetRoutine(create, KimApi.Compute, KimApi.LanguageC, 1, compute));
            Require(KimApi.SetRoutine(create, KimApi.ComputeArgumentsDestroy, KimApi.LanguageC, 1, computeDestroy));
            Require(KimApi.SetRoutine(create, KimApi.Destroy, KimApi.LanguageC, 1, destroy));
            KimApi.SetBuffer(create, Handles.New(model));
            return Done;
        }
        catch (Exception e)
        {
            KimApi.ReportCreate(create, e.Message);
            return Failed;
        }
    }

    [UnmanagedCallersOnly]
    private static int ComputeArgumentsCreate(nint compute, nint argumentsCreate)
    {
        nint buffer;
        KimApi.GetBuffer(compute, &buffer);
        int failed = 0;
        foreach (int argument in Handles.Get<KimModel>(buffer).Computed)
            failed |= KimApi.SetSupport(argumentsCreate, argument, KimApi.Optional);
        return failed;
    }

    [UnmanagedCallersOnly]
    private static int Compute(nint compute, nint arguments)
    {
        try
        {
            nint buffer;
            KimApi.GetBuffer(compute, &buffer);
            Handles.Get<KimModel>(buffer).Compute(arguments);
            return Done;
        }
        catch (Exception e)
        {
            KimApi.ReportCompute(compute, e.Message);
            return Failed;
        }
    }

    [UnmanagedCallersOnly]
    private static int ComputeArgumentsDestroy(nint compute, nint argumentsDestroy) => Done;

    [UnmanagedCallersOnly]
    private static int Destroy(nint destroy)
    {
        nint buffer;
        KimApi.GetBufferAtEnd(destroy, &buffer);
        if (buffer == 0) return Done;
        Handles.Get<KimModel>(buffer).Dispose();
        Handles.Free(buffer);
        return Done;
    }

    private static void Require(int failed)
    {
        if (failed != 0) throw new InvalidOperationException("the KIM API refused what the model is; kim.log says why");
    }
}
