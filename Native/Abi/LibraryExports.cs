using System.Runtime.InteropServices;

namespace Toolkit.Native.Abi;

/// <summary>What belongs to no object: the functions <c>toolkit_error</c>, <c>toolkit_free</c> … of toolkit.h.</summary>
internal static unsafe class LibraryExports
{
    /// <summary>The text of this thread's last failure, UTF-8; the library's own, good until the next one.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_error")]
    public static byte* Error() => Handles.Error;

    /// <summary>Gives a model or features back.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_close")]
    public static int Close(nint handle) => Handles.Try(() => Handles.Free(handle));

    /// <summary>Gives a text back.</summary>
    [UnmanagedCallersOnly(EntryPoint = "toolkit_free")]
    public static void Free(byte* text) => Marshal.FreeCoTaskMem((nint)text);
}
