using System.Text.Json;

namespace OrleansChat.Gateway.Tests.Wire;

/// <summary>Reads a frame's fields in few words.</summary>
internal static class FrameFields
{
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static bool Has(this JsonElement frame, string field) => frame.TryGetProperty(field, out _);

    public static string Text(this JsonElement frame, string field) => frame.GetProperty(field).GetString()!;

    public static string? TextOrNull(this JsonElement frame, string field) =>
        frame.TryGetProperty(field, out var value) ? value.GetString() : null;

    public static long Number(this JsonElement frame, string field) => frame.GetProperty(field).GetInt64();

    public static bool Flag(this JsonElement frame, string field) => frame.GetProperty(field).GetBoolean();

    public static JsonElement[] Items(this JsonElement frame, string field) => [.. frame.GetProperty(field).EnumerateArray()];

    public static string[] Texts(this JsonElement frame, string field) => [.. frame.Items(field).Select(item => item.GetString()!)];

    public static string Type(this JsonElement frame) => frame.Text("type");

    public static bool Is(this JsonElement frame, string type) => frame.Type() == type;

    /// <summary>The names of the fields, in their order.</summary>
    public static string[] Names(this JsonElement frame) => [.. frame.EnumerateObject().Select(field => field.Name)];
}
