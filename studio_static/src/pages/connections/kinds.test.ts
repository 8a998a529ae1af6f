import { describe, expect, it } from "vitest";
import { isUntested, isWhole, requestOf } from "./kinds";

describe("what is typed of a connection", () => {
  it("is sent as the API takes it", () => {
    const typed = {
      client_id: "c",
      issuer: "https://id.example.com",
      scopes: "a  b ",
      authorize_parameters: "x=1=2 y",
    };
    expect(requestOf("oauth2_authorization_code", typed)).toEqual({
      kind: "oauth2_authorization_code",
      client_id: "c",
      issuer: "https://id.example.com",
      scopes: ["a", "b"],
      authorize_parameters: { x: "1=2", y: "" },
    });
  });
  it("leaves out what another kind had", () => {
    expect(requestOf("bearer", { secret: "s", user: "ada", test_url: "https://a.example" })).toEqual({
      kind: "bearer",
      secret: "s",
      test_url: "https://a.example",
    });
  });
  it("says that nothing tests it", () => {
    expect(isUntested("bearer", {})).toBe(true);
    expect(requestOf("bearer", { secret: "s" })).toEqual({ kind: "bearer", secret: "s", untested: true });
    expect(isUntested("oauth2_client_credentials", {})).toBe(false);
  });
  it("is whole once what has to be there is", () => {
    expect(isWhole("basic", { secret: "s" })).toBe(false);
    expect(isWhole("basic", { secret: "s", user: "ada" })).toBe(true);
  });
});
