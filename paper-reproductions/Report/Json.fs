namespace Toolkit.Reproductions.Report

open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json

/// JSON as a value: plots are described by it.
type Json =
    | JString of string
    | JNumber of float
    | JBool of bool
    | JNull
    | JArray of Json list
    | JObject of (string * Json) list

module Json =

    let strings (items: string list) = JArray(List.map JString items)
    let numbers (items: float list) = JArray(List.map JNumber items)

    let rec private write (out: Utf8JsonWriter) (value: Json) =
        match value with
        | JString s -> out.WriteStringValue s
        | JNumber x -> out.WriteNumberValue x
        | JBool b -> out.WriteBooleanValue b
        | JNull -> out.WriteNullValue()
        | JArray items ->
            out.WriteStartArray()
            List.iter (write out) items
            out.WriteEndArray()
        | JObject members ->
            out.WriteStartObject()

            for name, item in members do
                out.WritePropertyName name
                write out item

            out.WriteEndObject()

    /// Indented text, ended by a line feed. Characters that matter to HTML only are left as they are: this is a file of
    /// its own.
    let text (value: Json) : string =
        use buffer = new MemoryStream()

        let options =
            JsonWriterOptions(Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

        using (new Utf8JsonWriter(buffer, options)) (fun out -> write out value)
        Encoding.UTF8.GetString(buffer.ToArray()) + "\n"
