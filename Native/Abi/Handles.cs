using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Toolkit.Native.Abi;

/// <summary>What every exported function does around its work: no exception leaves it, and what went wrong is kept for the caller to
/// read.</summary>
internal static unsafe class Handles
{
    /// <summary>What a function returns.</summary>
    public const int Done = 0, Failed = 1;

    // UTF-8 with a zero at the end, of each thread's last failure; freed at the next one.
    [ThreadStatic]
    private static byte* _error;

    /// <summary>The text of this thread's last failure.</summary>
    public static byte* Error => _error;

    /// <summary>Runs the work of an exported function.</summary>
    /// <returns><see cref="Done"/> or <see cref="Failed"/>.</returns>
    public static int Try(Action work)
    {
        try
        {
            work();
            return Done;
        }
        catch (Exception e)
        {
            Keep(e.Message);
            return Failed;
        }
    }

    /// <summary>Keeps the text of a failure.</summary>
    public static void Keep(string message)
    {
        Marshal.FreeCoTaskMem((nint)_error);
        _error = (byte*)Marshal.StringToCoTaskMemUTF8(message.Replace('\0', ' '));
    }

    /// <summary>A handle on an object, for the caller to hold.</summary>
    public static nint New(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    /// <summary>The object behind a handle.</summary>
    /// <exception cref="ArgumentException">A handle of something else, or none.</exception>
    public static T Get<T>(nint handle)
        where T : class =>
        handle != 0 && GCHandle.FromIntPtr(handle).Target is T target ? target
            : throw new ArgumentException($"a handle that is none of a {typeof(T).Name}");

    /// <summary>Gives a handle back.</summary>
    public static void Free(nint handle)
    {
        if (handle != 0) GCHandle.FromIntPtr(handle).Free();
    }

    /// <summary>A text that the caller handed over.</summary>
    /// <param name="text">UTF-8 with a zero at the end.</param>
    /// <param name="name">What messages call it.</param>
    public static string Text(byte* text, string name) =>
        text == null ? throw new ArgumentNullException(name)
            : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
